package dev.keelson.server.rpc;

import dev.keelson.server.replica.Completion;
import dev.keelson.server.replica.Outcome;
import java.util.function.Consumer;

/** Something that a call waits for, and nobody once the call is cancelled. */
record OfCall<T>(CallContext call, Consumer<Outcome<T>> then) implements Completion<T> {
  @Override
  public void complete(Outcome<T> outcome) {
    then.accept(outcome);
  }

  @Override
  public boolean isCancelled() {
    return call.isCancelled();
  }
}
