package dev.keelson.server.rpc;

import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;

/**
 * Where a handler puts what its call comes to. The first answer counts, later ones and those to a
 * client that has gone are dropped. May be used on any thread.
 */
public interface Answer<R> {
  void success(R response);

  /** Ends the call with an error that has no name of its own. */
  void fail(StatusCode code, String message);

  default void fail(EtcdError error) {
    fail(error.code(), error.message());
  }
}
