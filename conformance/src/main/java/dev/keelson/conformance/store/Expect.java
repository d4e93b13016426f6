package dev.keelson.conformance.store;

import dev.keelson.api.status.EtcdError;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Objects;

/** What must be true of an answer. */
public final class Expect {
  private Expect() {}

  public static void equal(Object expected, Object actual, String what) {
    if (!Objects.equals(expected, actual)) {
      throw new CaseFailure(what + ": expected " + expected + ", got " + actual);
    }
  }

  /** The two numbers are the same; an overload, because a boxed int never equals a boxed long. */
  public static void equal(long expected, long actual, String what) {
    if (expected != actual) {
      throw new CaseFailure(what + ": expected " + expected + ", got " + actual);
    }
  }

  public static void isTrue(boolean condition, String what) {
    if (!condition) {
      throw new CaseFailure("not so: " + what);
    }
  }

  public static void isFalse(boolean condition, String what) {
    if (condition) {
      throw new CaseFailure("must not be so: " + what);
    }
  }

  /** The call fails with exactly this code and text. */
  public static void error(EtcdError expected, Runnable call) {
    errorText(Status.fromCodeValue(expected.code().number()).getCode(), expected.message(), call);
  }

  /** The same, for a code the text is otherwise not sent with. */
  public static void errorText(Status.Code code, String text, Runnable call) {
    Status status = failure(text, call);
    if (status.getCode() != code || !text.equals(status.getDescription())) {
      throw new CaseFailure(
          "expected %s \"%s\", got %s \"%s\""
              .formatted(code, text, status.getCode(), status.getDescription()));
    }
  }

  /** The caller's deadline ends the call, whether the client or the server notices first. */
  public static void deadlineExceeded(Runnable call) {
    Status status = failure("the deadline's end", call);
    boolean server = EtcdError.DEADLINE_EXCEEDED.message().equals(status.getDescription());
    if (status.getCode() != Status.Code.DEADLINE_EXCEEDED && !server) {
      throw new CaseFailure("expected the deadline to end the call, got " + status);
    }
  }

  /** The call fails with this code, and a text that begins so. */
  public static void errorPrefix(Status.Code code, String prefix, Runnable call) {
    Status status = failure(prefix, call);
    String text = Objects.requireNonNullElse(status.getDescription(), "");
    if (status.getCode() != code || !text.startsWith(prefix)) {
      throw new CaseFailure(
          "expected " + code + " \"" + prefix + "...\", got " + status.getCode() + " " + text);
    }
  }

  private static Status failure(String wanted, Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException e) {
      boolean missing =
          e.getStatus().getCode() == Status.Code.UNIMPLEMENTED
              && !wanted.equals(e.getStatus().getDescription());
      if (missing) {
        // The server lacks the whole call: that is no verdict on the error a case asks about.
        throw e;
      }
      return e.getStatus();
    }
    throw new CaseFailure("expected \"" + wanted + "\", but the call succeeded");
  }
}
