package dev.keelson.server.rpc;

import dev.keelson.api.status.EtcdError;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.storage.mvcc.ReadView;
import java.util.function.Consumer;
import java.util.function.Function;

/** Reads for streams, behind the read index and where they delay nobody. Thread-safe. */
record LinearizableReads(Replica replica, ReadPool pool) {

  /**
   * Reads the newest state.
   *
   * @param read uses the view only until it returns
   * @param found hears what was read, on a thread that others need
   * @param failed hears why nothing was, likewise
   */
  <T> void read(Function<ReadView, T> read, Consumer<T> found, Consumer<EtcdError> failed) {
    replica.awaitReadIndex(
        outcome -> {
          switch (outcome) {
            case Outcome.Success<Long> _ -> readHere(read, found, failed);
            case Outcome.Failure<Long>(var error) -> failed.accept(error);
          }
        });
  }

  private <T> void readHere(
      Function<ReadView, T> read, Consumer<T> found, Consumer<EtcdError> failed) {
    boolean accepted =
        pool.offer(
            new ViewRead() {
              @Override
              public void run(ReadView view) {
                found.accept(read.apply(view));
              }

              @Override
              public void failed(RuntimeException cause) {
                failed.accept(EtcdError.INTERNAL_ERROR);
              }
            });
    if (!accepted) {
      failed.accept(EtcdError.REQUEST_TOO_MANY_REQUESTS);
    }
  }
}
