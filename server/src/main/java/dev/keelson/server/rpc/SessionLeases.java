package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrantResponse;
import java.util.function.LongConsumer;

/** The leases by which clients stand in line. */
record SessionLeases(LeaseService leases) {
  /** K2: what a client without a lease gets, and nobody keeps alive. */
  private static final long TTL_SECONDS = 60;

  /** Goes on with the client's lease, or with a new one if it has none. */
  void with(long lease, CallContext call, Answer<?> answer, LongConsumer next) {
    if (lease != 0) {
      next.accept(lease);
      return;
    }
    leases.grant(
        LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build(),
        call,
        new UnknownErrors<LeaseGrantResponse>(granted -> next.accept(granted.getID()), answer));
  }
}
