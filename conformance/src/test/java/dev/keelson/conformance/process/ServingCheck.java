package dev.keelson.conformance.process;

import dev.keelson.api.etcdserverpb.StatusResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.store.Store;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Whether a member serves: it answers a linearizable read, so it has found a leader too. */
public final class ServingCheck {
  private static final long LOOK_AGAIN_NANOS = 20_000_000;

  private ServingCheck() {}

  public static void await(String endpoint, Duration limit) {
    await(endpoint, limit, () -> true);
  }

  /** The same, and gives up early when the member is found dead. */
  static void await(String endpoint, Duration limit, BooleanSupplier alive) {
    long deadline = System.nanoTime() + limit.toNanos();
    try (Store store = Store.connect(endpoint)) {
      while (!serves(store)) {
        if (!alive.getAsBoolean()) {
          throw new IllegalStateException("the member at " + endpoint + " ended while starting");
        }
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(endpoint + " does not serve after " + limit);
        }
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        store.reconnect();
      }
    }
  }

  private static boolean serves(Store store) {
    try {
      return store.revision() > 0;
    } catch (StatusRuntimeException e) {
      // Where authentication is on, the read came as far as to ask who reads.
      return EtcdError.USER_EMPTY.message().equals(e.getStatus().getDescription());
    }
  }

  static Optional<StatusResponse> statusOf(Store store) {
    try {
      return Optional.of(store.status());
    } catch (StatusRuntimeException e) {
      return Optional.empty();
    }
  }
}
