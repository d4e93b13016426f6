package dev.keelson.server.rpc;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.status.StatusCode;
import dev.keelson.server.apply.WireKeyValues;
import dev.keelson.server.rpc.CallContext.Extent;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.ReadView;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A client's place in line while it waits: from the moment that its key stands until no older key
 * is left (K4). A client that goes away while it waits takes its key with it (K6, E3). Everything
 * here happens on the call's own thread.
 */
final class PlaceInLine {
  private final KvService kv;
  private final KeyWatch watch;
  private final CallContext call;
  private final ByteString prefix;
  private final ByteString key;
  private final long createRevision;
  private final Consumer<PlaceInLine> reached;
  private final Answer<?> answer;
  private Optional<KeyWatch.Registration> following = Optional.empty();
  private boolean provisional = true;

  /** What a line needs, and the call that stands in it. */
  record Parts(KvService kv, KeyWatch watch, CallContext call) {}

  /**
   * A place that is taken in the log.
   *
   * @param reached runs once the place is the first; what follows says {@link #hold}
   * @param answer is told if the place cannot be waited for
   */
  PlaceInLine(
      Parts parts,
      ByteString prefix,
      ByteString key,
      long createRevision,
      Consumer<PlaceInLine> reached,
      Answer<?> answer) {
    this.kv = parts.kv;
    this.watch = parts.watch;
    this.call = parts.call;
    this.prefix = prefix;
    this.key = key;
    this.createRevision = createRevision;
    this.reached = reached;
    this.answer = answer;
  }

  /** The client is told now that it has the place: from here on it is the client's to give up. */
  void hold() {
    provisional = false;
  }

  /** A call that ends before {@link #hold} takes the place back (K6, E3). */
  void guard() {
    call.whenOver(this::leave);
  }

  /**
   * What this store shows is enough: our own key is in it, so every older one was, and a key that
   * is gone stays gone.
   */
  void await() {
    look();
  }

  private void look() {
    if (provisional) {
      call.read(Extent.RANGE, this::look);
    }
  }

  private void look(ReadView view) {
    var query = WireKeyValues.queryOf(QueueKeys.justBefore(prefix, createRevision));
    if (!(view.range(query) instanceof RangeOutcome.Found found)) {
      throw new IllegalStateException("the newest revision can always be read");
    }
    long revision = view.revision();
    var older = found.kvs();
    call.resume(
        () -> {
          if (older.isEmpty()) {
            reached.accept(this);
          } else {
            follow(new KeyRange.Single(older.getFirst().key()), revision + 1);
          }
        });
  }

  private void follow(KeyRange older, long fromRevision) {
    if (provisional) {
      following = Optional.of(watch.follow(older, fromRevision, new Leaving()));
    }
  }

  private void lookAgain() {
    unfollow();
    look();
  }

  private void unfollow() {
    following.ifPresent(KeyWatch.Registration::close);
    following = Optional.empty();
  }

  private void leave() {
    unfollow();
    if (provisional) {
      provisional = false;
      kv.txn(QueueKeys.leave(key, createRevision), call.detached(), new Dropped());
    }
  }

  /** The key that stands before us has changed: when it is gone, another may stand there. */
  private final class Leaving implements KeyWatch.Listener {
    @Override
    public void changed(List<Change> changes) {
      if (changes.stream().anyMatch(Change.Delete.class::isInstance)) {
        call.resume(PlaceInLine.this::lookAgain);
      }
    }

    @Override
    public void lost() {
      call.resume(PlaceInLine.this::lookAgain);
    }

    @Override
    public void refused(String reason) {
      call.resume(() -> answer.fail(StatusCode.UNKNOWN, reason));
    }
  }

  /** Nobody is left to hear. */
  private record Dropped() implements Answer<TxnResponse> {
    @Override
    public void success(TxnResponse response) {}

    @Override
    public void fail(StatusCode code, String message) {}
  }
}
