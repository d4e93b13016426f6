package dev.keelson.server.rpc;

import dev.keelson.storage.mvcc.ReadView;
import java.util.List;
import java.util.function.Supplier;

/** A read that somebody waits for. Exactly one of its methods is called, once. */
interface ViewRead {
  void run(ReadView view);

  /** The store could not be read. */
  void failed(RuntimeException cause);

  /** Runs reads on one view of the store; what one of them throws is its own failure. */
  static void runAll(List<ViewRead> reads, Supplier<ReadView> views) {
    ReadView view;
    try {
      view = views.get();
    } catch (RuntimeException e) {
      reads.forEach(read -> read.failed(e));
      return;
    }
    try (view) {
      for (var read : reads) {
        try {
          read.run(view);
        } catch (RuntimeException e) {
          read.failed(e);
        }
      }
    }
  }
}
