package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/** What requests could have written, and what answers say that they wrote. */
final class Writes {
  private Writes() {}

  /** A value as somebody wanted to store it. */
  record Written(Bytes key, Bytes value) {}

  static void forEachPut(Request request, Consumer<Written> consumer) {
    switch (request) {
      case Request.Put put -> consumer.accept(new Written(put.key(), put.value()));
      case Request.Txn txn -> {
        txn.success().forEach(operation -> forEachPut(operation, consumer));
        txn.failure().forEach(operation -> forEachPut(operation, consumer));
      }
      case Request.Lock lock -> consumer.accept(new Written(lockKey(lock), Bytes.EMPTY));
      case Request.Range _,
          Request.Delete _,
          Request.Compact _,
          Request.LeaseGrant _,
          Request.LeaseKeepAlive _,
          Request.LeaseRevoke _,
          Request.LeaseTimeToLive _,
          Request.Unlock _,
          Request.HashKv _,
          Request.Status _,
          Request.Membership _ -> {}
    }
  }

  /** Whether it could delete this key. */
  static boolean mayDelete(Request request, Bytes key) {
    return switch (request) {
      case Request.Delete delete -> delete.keys().contains(key);
      case Request.Txn txn ->
          txn.success().stream().anyMatch(operation -> mayDelete(operation, key))
              || txn.failure().stream().anyMatch(operation -> mayDelete(operation, key));
      case Request.Unlock unlock -> unlock.key().equals(key);
      // The owner's key of one who gives up waiting is deleted for it (K6).
      case Request.Lock lock -> lockKey(lock).equals(key);
      case Request.Put _,
          Request.Range _,
          Request.Compact _,
          Request.LeaseGrant _,
          Request.LeaseKeepAlive _,
          Request.LeaseRevoke _,
          Request.LeaseTimeToLive _,
          Request.HashKv _,
          Request.Status _,
          Request.Membership _ ->
          false;
    };
  }

  static boolean deletesAnything(Request request) {
    return switch (request) {
      case Request.Delete _, Request.Unlock _ -> true;
      case Request.Txn txn ->
          txn.success().stream().anyMatch(Writes::deletesAnything)
              || txn.failure().stream().anyMatch(Writes::deletesAnything);
      case Request.Put _,
          Request.Range _,
          Request.Lock _,
          Request.Compact _,
          Request.LeaseGrant _,
          Request.LeaseKeepAlive _,
          Request.LeaseRevoke _,
          Request.LeaseTimeToLive _,
          Request.HashKv _,
          Request.Status _,
          Request.Membership _ ->
          false;
    };
  }

  /** The revision that an acknowledged operation made, by its own words. */
  static Optional<Long> revisionMade(Operation operation) {
    return operation
        .response()
        .filter(Response.Kv.class::isInstance)
        .map(Response.Kv.class::cast)
        .filter(Writes::changed)
        .map(Response::revision);
  }

  static boolean changed(Response.Kv response) {
    return switch (response) {
      case Response.Put _ -> true;
      case Response.Range _ -> false;
      case Response.Delete delete -> delete.deleted() > 0;
      case Response.Txn txn -> txn.responses().stream().anyMatch(Writes::changed);
    };
  }

  /** K1. */
  static Bytes lockKey(Request.Lock lock) {
    byte[] name = lock.name().toArray();
    String hex =
        lock.lease() < 0 ? "-" + Long.toHexString(-lock.lease()) : Long.toHexString(lock.lease());
    byte[] suffix = ("/" + hex).getBytes(StandardCharsets.UTF_8);
    byte[] key = new byte[name.length + suffix.length];
    System.arraycopy(name, 0, key, 0, name.length);
    System.arraycopy(suffix, 0, key, name.length, suffix.length);
    return Bytes.wrap(key);
  }
}
