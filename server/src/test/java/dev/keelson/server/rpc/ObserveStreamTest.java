package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.keelson.api.status.StatusCode;
import dev.keelson.api.v3electionpb.LeaderRequest;
import dev.keelson.api.v3electionpb.LeaderResponse;
import dev.keelson.raft.Bytes;
import dev.keelson.server.apply.WireBytes;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ObserveStreamTest {
  private static final Bytes KEY = WireBytes.of(ByteString.copyFromUtf8("e/1"));

  private final MemoryStore store = new MemoryStore();
  private final FakeReplica replica = new FakeReplica(store);
  private final ReadPool pool = new ReadPool(1, 16, store::openView, TestAccess.NO_BUGS);
  private final Sink sink = new Sink();
  private final Watch watch = new Watch();
  private final ObserveStream observer =
      new ObserveStream(
          sink,
          watch,
          TestAccess.OFF,
          new LinearizableReads(replica, pool),
          new ResponseHeaders(
              new ServerIdentity(TestPort.CLUSTER, FakeReplica.MEMBER), replica::status));

  @AfterEach
  void close() {
    pool.close();
    replica.close();
  }

  private void observe() {
    observer.message(LeaderRequest.newBuilder().setName(ByteString.copyFromUtf8("e")).build());
  }

  private KeyWatch.Listener followed() {
    await()
        .pollInSameThread()
        .until(
            () -> {
              sink.run();
              return watch.listener.isPresent();
            });
    var listener = watch.listener.orElseThrow();
    watch.listener = Optional.empty();
    return listener;
  }

  @Test
  @Tag("E7")
  @Tag("MEM-bound")
  void leadersThatComeAndGoAreHeldUpToABoundForAClientThatTakesNone() {
    store.put(KEY, Bytes.EMPTY, 0);
    observe();
    int looks = 0;
    while (looks < replica.barriers()) {
      looks = replica.barriers();
      followed().changed(List.of(new Change.Delete(new Revision(2, 0), KEY)));
      sink.run();
      assertThat(looks).isLessThan(100);
    }
    assertThat(sink.sent).isEmpty();

    sink.writable = true;
    observer.writable();

    assertThat(sink.sent).hasSize(looks);
    assertThat(replica.barriers()).as("goes on").isEqualTo(looks + 1);
  }

  @Test
  void aMemberThatHasNoRoomToFollowSaysSo() {
    observe();
    followed().refused("etcdserver: too many requests");
    sink.run();

    assertThat(sink.failure).isEqualTo("UNKNOWN etcdserver: too many requests");
  }

  private static final class Watch implements KeyWatch {
    Optional<Listener> listener = Optional.empty();

    @Override
    public Registration follow(KeyRange range, long fromRevision, Listener told) {
      listener = Optional.of(told);
      return () -> {};
    }
  }

  private static final class Sink implements StreamSink<LeaderResponse> {
    final ConcurrentLinkedQueue<Runnable> work = new ConcurrentLinkedQueue<>();
    final List<LeaderResponse> sent = new ArrayList<>();
    String failure = "";
    boolean writable;

    void run() {
      for (var next = work.poll(); next != null; next = work.poll()) {
        next.run();
      }
    }

    @Override
    public boolean isWritable() {
      return writable;
    }

    @Override
    public void send(LeaderResponse message) {
      sent.add(message);
    }

    @Override
    public void requestMore(int count) {}

    @Override
    public void complete() {}

    @Override
    public void fail(StatusCode code, String message) {
      failure = code + " " + message;
    }

    @Override
    public void execute(Runnable next) {
      work.add(next);
    }

    @Override
    public void executeAfter(long millis, Runnable next) {
      work.add(next);
    }

    @Override
    public Credentials credentials() {
      return Credentials.NONE;
    }
  }
}
