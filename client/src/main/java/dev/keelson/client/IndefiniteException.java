package dev.keelson.client;

import dev.keelson.api.status.StatusCode;

/**
 * A call that changes something was sent and its outcome is not known: it happened, or it will
 * shortly, or it never will; at most once. The client does not repeat it. Who must know reads, or
 * makes changes that tell (see {@link Txn}, {@link Condition.Chooser#isStill}).
 */
public sealed class IndefiniteException extends KeelsonException permits SpaceExceededException {
  private static final long serialVersionUID = 1L;

  IndefiniteException(StatusCode code, String message) {
    super(code, message);
  }
}
