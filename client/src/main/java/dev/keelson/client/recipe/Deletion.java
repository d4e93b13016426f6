package dev.keelson.client.recipe;

import dev.keelson.client.Changes;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeyRange;
import dev.keelson.client.WatchListener;
import dev.keelson.client.WatchSpec;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for keys to be deleted. */
final class Deletion {
  private Deletion() {}

  /**
   * Returns when a key of the range was deleted at the revision or later, when that is no longer
   * known, when the other thing happens, or when the time is over: the caller looks again.
   */
  static void await(
      KeelsonClient client,
      KeyRange range,
      long fromRevision,
      CompletableFuture<?> otherwise,
      Deadline deadline)
      throws InterruptedException {
    var deleted = new CompletableFuture<Void>();
    var listener =
        new WatchListener() {
          @Override
          public void changed(Changes changes) {
            deleted.complete(null);
          }

          @Override
          public void failed(RuntimeException failure) {
            deleted.complete(null); // the caller's next read says why
          }
        };
    var spec = WatchSpec.of(range).fromRevision(fromRevision).withoutPuts();
    var watcher = client.watches().listen(spec, listener);
    try {
      Object unused =
          CompletableFuture.anyOf(deleted, otherwise)
              .get(Math.max(0, deadline.leftNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // neither ever fails
    } finally {
      watcher.close();
      deleted.complete(null); // takes what waits for both from the other, which may live long
    }
  }
}
