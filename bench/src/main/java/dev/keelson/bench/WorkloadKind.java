package dev.keelson.bench;

import java.util.Locale;

/** What the clients do all the time. */
enum WorkloadKind {
  /** Puts to random keys. */
  PUT,
  /** Reads of single random keys. */
  GET,
  /** Reads of all keys at once. */
  RANGE,
  /** Reads and puts of random keys, in a given ratio. */
  MIXED,
  /**
   * A put guarded by a comparison of the key's last modification, as Kubernetes updates objects.
   */
  TXN,
  /** Keepalives of random leases, each on a stream of its own. */
  LEASE_KEEPALIVE,
  /** Puts to one key that many watchers follow: what is counted is the events they get. */
  WATCH;

  /** The name on the command line and in reports. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
