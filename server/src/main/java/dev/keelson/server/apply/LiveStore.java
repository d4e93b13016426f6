package dev.keelson.server.apply;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.AppliedChange;
import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.ReadView;
import dev.keelson.storage.mvcc.StoredLease;
import dev.keelson.storage.mvcc.engine.EngineException;
import dev.keelson.storage.work.Workers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The store in use. A snapshot replaces it while readers hold views of the old one, which is closed
 * by the last of them. The apply thread replaces, anyone reads.
 */
public final class LiveStore implements AutoCloseable {
  private final MemberRegister members;
  private final AlarmRegister alarms;
  private final AuthRegister auth;
  private final Workers workers;
  private final Consumer<Throwable> failed;
  private volatile Generation generation;
  private volatile ChangeListener listener = new Nobody();

  /**
   * Takes the store over, and closes it.
   *
   * @param failed hears why a worker of the store's cannot go on
   */
  public LiveStore(
      MvccStore store, MemberRegister members, Workers workers, Consumer<Throwable> failed) {
    this.workers = workers;
    this.failed = failed;
    this.generation = generation(store);
    this.members = members;
    this.alarms = AlarmRegister.load(store);
    this.auth = AuthRegister.load(store);
  }

  /** For the apply thread, and for reads of single numbers; a range needs {@link #openView}. */
  public MvccStore current() {
    return generation.store;
  }

  public MemberRegister members() {
    return members;
  }

  public AlarmRegister alarms() {
    return alarms;
  }

  public AuthRegister auth() {
    return auth;
  }

  /** Who runs the commands of the next batch. Apply thread only. */
  Applier applier() {
    return new Applier(current(), members, alarms, auth);
  }

  /** Names the one who hears of all changes from now on. */
  public void listen(ChangeListener changeListener) {
    listener = changeListener;
  }

  /** Lets the changes of a committed batch be known. Apply thread only. */
  void announce(List<AppliedChange> changes) {
    listener.committed(changes);
  }

  /** A view of the newest state; closed by the caller. */
  public ReadView openView() {
    var held = acquire();
    return new HeldView(held.store.openView(), held);
  }

  /** The current store, kept open until the holder is closed. */
  public Hold hold() {
    return new Hold(acquire());
  }

  /**
   * Makes all that is applied durable, without keeping readers or the writer waiting.
   *
   * @throws EngineException if the store has failed, now or before
   */
  public void flush() {
    try (var held = hold()) {
      held.store().flush();
    }
  }

  /**
   * Puts a newly installed store in place of the old one. Apply thread only.
   *
   * @param oldClosed runs once the last reader has let go of the old store, on that reader's thread
   */
  public void replace(MvccStore installed, Runnable oldClosed) {
    var old = generation;
    members.reload(installed);
    alarms.reload(installed);
    auth.reload(installed);
    generation = generation(installed);
    auth.post();
    old.store.compactor().succeededBy(installed.compactor());
    old.whenClosed = oldClosed;
    old.release();
    members.announce();
    listener.replaced(installed.revision());
  }

  private Generation generation(MvccStore store) {
    var compaction =
        new CompactionRounds(store.compactor(), failed, workers.worker("keelson-compact"));
    return new Generation(store, compaction);
  }

  private Generation acquire() {
    while (true) {
      var held = generation;
      if (held.acquire()) {
        return held;
      }
      if (held == generation) {
        throw new IllegalStateException("the store is closed");
      }
    }
  }

  @Override
  public void close() {
    generation.release();
  }

  /** A store and how many hold it: its users, and this class while it is the current one. */
  private static final class Generation {
    final MvccStore store;
    private final CompactionRounds compaction;
    private final AtomicInteger holders = new AtomicInteger(1);
    private volatile Runnable whenClosed = () -> {};

    Generation(MvccStore store, CompactionRounds compaction) {
      this.store = store;
      this.compaction = compaction;
    }

    /** False if the store is closed already. */
    boolean acquire() {
      int count = holders.get();
      while (count > 0) {
        if (holders.compareAndSet(count, count + 1)) {
          return true;
        }
        count = holders.get();
      }
      return false;
    }

    void release() {
      if (holders.decrementAndGet() == 0) {
        compaction.close();
        store.close();
        whenClosed.run();
      }
    }
  }

  /** Keeps a store from being closed. */
  public static final class Hold implements AutoCloseable {
    private final Generation held;

    private Hold(Generation held) {
      this.held = held;
    }

    public MvccStore store() {
      return held.store;
    }

    @Override
    public void close() {
      held.release();
    }
  }

  private record HeldView(ReadView view, Generation held) implements ReadView {
    @Override
    public long revision() {
      return view.revision();
    }

    @Override
    public long compactRevision() {
      return view.compactRevision();
    }

    @Override
    public RangeOutcome range(RangeQuery query) {
      return view.range(query);
    }

    @Override
    public RangeOutcome page(RangeQuery query, long maxBytes) {
      return view.page(query, maxBytes);
    }

    @Override
    public Optional<StoredLease> lease(long id) {
      return view.lease(id);
    }

    @Override
    public List<Bytes> attachedKeys(long lease) {
      return view.attachedKeys(lease);
    }

    @Override
    public void close() {
      view.close();
      held.release();
    }
  }

  /** Before anybody listens. */
  private record Nobody() implements ChangeListener {
    @Override
    public void committed(List<AppliedChange> changes) {}

    @Override
    public void replaced(long revision) {}
  }
}
