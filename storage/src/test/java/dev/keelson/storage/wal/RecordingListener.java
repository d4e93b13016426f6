package dev.keelson.storage.wal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what a writer told. */
final class RecordingListener implements WalListener {
  final List<Long> persisted = new CopyOnWriteArrayList<>();
  final List<Throwable> failures = new CopyOnWriteArrayList<>();

  @Override
  public void persisted(long sequence) {
    persisted.add(sequence);
  }

  @Override
  public void failed(Throwable cause) {
    failures.add(cause);
  }

  long highest() {
    return persisted.isEmpty() ? 0 : persisted.getLast();
  }
}
