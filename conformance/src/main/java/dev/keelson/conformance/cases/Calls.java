package dev.keelson.conformance.cases;

import com.google.common.util.concurrent.ListenableFuture;
import dev.keelson.conformance.store.CaseFailure;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Answers of calls that run at the same time. */
final class Calls {
  private static final long AT_MOST_SECONDS = 30;

  private Calls() {}

  static <T> T await(ListenableFuture<T> call) {
    try {
      return call.get(AT_MOST_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      throw new IllegalStateException(e);
    } catch (TimeoutException e) {
      throw new CaseFailure("no answer in " + AT_MOST_SECONDS + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CaseFailure("interrupted");
    }
  }
}
