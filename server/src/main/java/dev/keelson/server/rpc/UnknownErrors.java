package dev.keelson.server.rpc;

import dev.keelson.api.status.StatusCode;
import java.util.function.Consumer;

/**
 * The answer to a call that the services of locks and elections make of other services: they speak
 * as etcd's own client does, for which every error but the end of time is of one kind (section 8).
 */
record UnknownErrors<R>(Consumer<R> onSuccess, Answer<?> outer) implements Answer<R> {
  @Override
  public void success(R response) {
    onSuccess.accept(response);
  }

  @Override
  public void fail(StatusCode code, String message) {
    outer.fail(isEndOfTime(code) ? code : StatusCode.UNKNOWN, message);
  }

  private static boolean isEndOfTime(StatusCode code) {
    return code == StatusCode.DEADLINE_EXCEEDED || code == StatusCode.CANCELLED;
  }
}
