package dev.keelson.server.rpc;

import com.google.protobuf.ByteString;
import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import dev.keelson.api.v3electionpb.LeaderRequest;
import dev.keelson.api.v3electionpb.LeaderResponse;
import dev.keelson.server.apply.WireBytes;
import dev.keelson.server.apply.WireKeyValues;
import dev.keelson.server.auth.AuthSession;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.KeyValue;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.ReadView;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * One client that observes an election: the leader of the moment, all that it proclaims, and then
 * the next (E7). What a client does not take is held up to a bound; past it the following stops,
 * and goes on from history once the client has caught up.
 */
final class ObserveStream implements StreamReceiver<LeaderRequest> {
  private static final int MAX_WAITING = 64;

  private final StreamSink<LeaderResponse> sink;
  private final KeyWatch watch;
  private final Access access;
  private final LinearizableReads reads;
  private final ResponseHeaders headers;
  private final ArrayDeque<LeaderResponse> waiting = new ArrayDeque<>();
  private ByteString prefix = ByteString.EMPTY;
  private Optional<KeyWatch.Registration> following = Optional.empty();

  /** Told apart from what an earlier following still has to say. */
  private int round;

  private boolean begun;
  private Runnable whenTaken = () -> {};

  ObserveStream(
      StreamSink<LeaderResponse> sink,
      KeyWatch watch,
      Access access,
      LinearizableReads reads,
      ResponseHeaders headers) {
    this.sink = sink;
    this.watch = watch;
    this.access = access;
    this.reads = reads;
    this.headers = headers;
  }

  @Override
  public void message(LeaderRequest request) {
    if (!begun) {
      begun = true;
      prefix = QueueKeys.prefix(request.getName());
      look();
    }
  }

  /** Who leads now; on the state as it is, whatever was followed before. */
  private void look() {
    unfollow();
    if (waiting.size() > MAX_WAITING) { // leaders that come and go are no less to hold
      whenTaken = this::look;
      return;
    }
    access.identify(sink.credentials(), sink::executeAfter, this::fail, this::look);
  }

  /** As the range of the line's keys that it is. */
  private void look(AuthSession session) {
    var refusal =
        session.clearance().mayRead(WireBytes.of(prefix), WireBytes.of(QueueKeys.end(prefix)));
    if (refusal.isPresent()) {
      fail(refusal.get());
      return;
    }
    reads.read(
        view -> access.stillHolds(session) ? Optional.of(first(view)) : Optional.<Seen>empty(),
        seen -> sink.execute(() -> seen.ifPresentOrElse(this::looked, this::look)),
        error -> sink.execute(() -> fail(error)));
  }

  private record Seen(long revision, Optional<KeyValue> leader) {}

  private Seen first(ReadView view) {
    if (view.range(WireKeyValues.queryOf(QueueKeys.first(prefix)))
        instanceof RangeOutcome.Found found) {
      return new Seen(view.revision(), found.kvs().stream().findFirst());
    }
    throw new IllegalStateException("the newest revision can always be read");
  }

  private void looked(Seen seen) {
    if (seen.leader.isPresent()) {
      var leader = seen.leader.get();
      tell(seen.revision, leader);
      followLeader(new KeyRange.Single(leader.key()), seen.revision + 1);
    } else {
      followAll(seen.revision + 1);
    }
  }

  /** Nobody leads: the first to stand does. */
  private void followAll(long fromRevision) {
    var all = new KeyRange.HalfOpen(WireBytes.of(prefix), WireBytes.of(QueueKeys.end(prefix)));
    follow(
        all,
        fromRevision,
        changes -> {
          for (var change : changes) {
            if (change instanceof Change.Put(_, var kv)) {
              tell(kv.modRevision(), kv);
              followLeader(new KeyRange.Single(kv.key()), kv.modRevision() + 1);
              return;
            }
          }
        });
  }

  private void followLeader(KeyRange.Single leader, long fromRevision) {
    follow(leader, fromRevision, changes -> leaderChanged(leader, changes));
  }

  private void leaderChanged(KeyRange.Single leader, List<Change> changes) {
    for (var change : changes) {
      switch (change) {
        case Change.Put(_, var kv) -> tell(kv.modRevision(), kv);
        case Change.Delete _ -> {
          look();
          return;
        }
      }
    }
    if (waiting.size() > MAX_WAITING) {
      long next = changes.getLast().revision().main() + 1;
      unfollow();
      whenTaken = () -> followLeader(leader, next);
    }
  }

  private interface Changed {
    void accept(List<Change> changes);
  }

  private void follow(KeyRange range, long fromRevision, Changed changed) {
    unfollow();
    int mine = round;
    following =
        Optional.of(
            watch.follow(
                range,
                fromRevision,
                new KeyWatch.Listener() {
                  @Override
                  public void changed(List<Change> changes) {
                    inRound(mine, () -> changed.accept(changes));
                  }

                  @Override
                  public void lost() {
                    inRound(
                        mine,
                        () -> sink.fail(StatusCode.UNKNOWN, "election: observe closed early"));
                  }

                  @Override
                  public void refused(String reason) {
                    inRound(mine, () -> sink.fail(StatusCode.UNKNOWN, reason));
                  }
                }));
  }

  private void inRound(int expected, Runnable work) {
    sink.execute(
        () -> {
          if (round == expected) {
            work.run();
          }
        });
  }

  private void unfollow() {
    round++;
    following.ifPresent(KeyWatch.Registration::close);
    following = Optional.empty();
  }

  private void tell(long revision, KeyValue leader) {
    waiting.add(
        LeaderResponse.newBuilder()
            .setHeader(headers.at(revision))
            .setKv(WireKeyValues.of(leader))
            .build());
    writable();
  }

  private void fail(EtcdError error) {
    sink.fail(StatusCode.UNKNOWN, error.message());
  }

  @Override
  public void writable() {
    while (!waiting.isEmpty() && sink.isWritable()) {
      sink.send(waiting.poll());
    }
    if (waiting.isEmpty()) {
      var next = whenTaken;
      whenTaken = () -> {};
      next.run();
    }
  }

  @Override
  public void halfClosed() {}

  @Override
  public void ended() {
    unfollow();
    waiting.clear();
  }
}
