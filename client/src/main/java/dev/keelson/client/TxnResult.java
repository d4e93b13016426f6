package dev.keelson.client;

import java.util.List;

/** What a {@link Txn} answers. */
public final class TxnResult {
  /** An operation of the branch that was taken, and its result. */
  record Done(Op<?> operation, Object result) {}

  private final long revision;
  private final boolean succeeded;
  private final List<Done> done;

  TxnResult(long revision, boolean succeeded, List<Done> done) {
    this.revision = revision;
    this.succeeded = succeeded;
    this.done = List.copyOf(done);
  }

  /** The store's revision after it: that of its changes, if it made any. */
  public long revision() {
    return revision;
  }

  /** Whether all conditions held. */
  public boolean succeeded() {
    return succeeded;
  }

  /**
   * The result of this operation, which must be one (the same object) of the branch that was taken.
   */
  @SuppressWarnings("unchecked") // the result was made by the same operation's result method
  public <R> R of(Op<R> operation) {
    for (Done one : done) {
      if (one.operation() == operation) {
        return (R) one.result();
      }
    }
    throw new IllegalArgumentException(
        "the operation is not one of the branch that was taken (succeeded=" + succeeded + ")");
  }
}
