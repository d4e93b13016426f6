package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.engine.EngineReader;
import dev.keelson.storage.mvcc.engine.Family;
import java.util.Optional;

/** The sums that are kept with every change, found once more by reading all that they are of. */
final class ContentScan {
  private static final byte[] EVERYTHING = new byte[0];

  private ContentScan() {}

  /** What the stored sums and the stored data do not agree on. */
  static Optional<String> compare(EngineReader snapshot, Runnable pace) {
    var stored = snapshot.get(Family.META, MetaKeys.STATE.toArray());
    if (stored.isEmpty() || StoreState.lacksMetaHash(stored.get())) {
      return Optional.empty(); // nothing was written by this version yet
    }
    var kept = StoreState.decode(stored.get());
    var found = totals(snapshot, pace);
    return found.equals(kept.totals())
        ? Optional.empty()
        : Optional.of(
            "the store at %s says %s, and reading it says %s"
                .formatted(kept.applied(), kept.totals(), found));
  }

  private static StoreState.Totals totals(EngineReader snapshot, Runnable pace) {
    var totals = StoreState.Totals.ZERO.plusHash(metaHash(snapshot));
    try (var latest = snapshot.iterate(Family.LATEST, EVERYTHING, EVERYTHING)) {
      while (latest.next()) {
        totals = totals.plus(Head.decode(latest.value()));
        pace.run();
      }
    }
    try (var leases =
        snapshot.iterate(Family.LEASES, LeaseCodec.RECORDS_FROM, LeaseCodec.RECORDS_TO)) {
      while (leases.next()) {
        totals = totals.plus(LeaseCodec.decode(leases.key(), leases.value()));
        pace.run();
      }
    }
    return totals;
  }

  /** The sum over what the server keeps beside the keys. */
  static long metaHash(EngineReader snapshot) {
    long sum = 0;
    try (var entries = snapshot.iterate(Family.META, MetaKeys.opaqueFrom(), MetaKeys.opaqueTo())) {
      while (entries.next()) {
        var key = MetaKeys.keyOf(entries.key());
        sum += ContentHash.of(key, Bytes.wrap(entries.value()));
      }
    }
    return sum;
  }
}
