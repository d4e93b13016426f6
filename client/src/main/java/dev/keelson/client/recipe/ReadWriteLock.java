package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeptLease;
import dev.keelson.client.KeyRange;
import dev.keelson.client.KeyValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Many readers or one writer, in the order in which they came: a reader waits for the writers
 * before it, a writer for all before it, so that neither starves. Fails as {@link FencedMutex}
 * does. A session may stand for one reader and one writer. Thread-safe.
 */
public final class ReadWriteLock {
  private static final String READER = "/read";
  private static final String WRITER = "/write";

  private final Contender reader;
  private final Contender writer;

  public ReadWriteLock(KeelsonClient client, KeptLease session, String name) {
    Bytes prefix = Bytes.of(name + "/");
    Bytes own = prefix.plus(Contender.hex(session));
    this.reader = new Contender(client, session, prefix, own.plus(READER));
    this.writer = new Contender(client, session, prefix, own.plus(WRITER));
  }

  public Ownership lockForReading() throws InterruptedException {
    return reader
        .enter(Contender.mark(), ReadWriteLock::lastWriter, Deadline.never())
        .orElseThrow();
  }

  public Optional<Ownership> tryLockForReading(Duration limit) throws InterruptedException {
    return reader.enter(Contender.mark(), ReadWriteLock::lastWriter, Deadline.in(limit));
  }

  public Ownership lockForWriting() throws InterruptedException {
    return writer.enter(Contender.mark(), Contender::last, Deadline.never()).orElseThrow();
  }

  public Optional<Ownership> tryLockForWriting(Duration limit) throws InterruptedException {
    return writer.enter(Contender.mark(), Contender::last, Deadline.in(limit));
  }

  private static Optional<KeyRange> lastWriter(List<KeyValue> earlier) {
    return Contender.last(earlier.stream().filter(kv -> kv.key().utf8().endsWith(WRITER)).toList());
  }
}
