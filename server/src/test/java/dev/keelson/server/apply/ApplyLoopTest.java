package dev.keelson.server.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.api.command.Command;
import dev.keelson.api.command.StateClaim;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.LogPosition;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.time.SystemClock;
import dev.keelson.storage.mvcc.StateHash;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The apply loop, moved round by round by the test's own thread. */
class ApplyLoopTest {
  private final TestStore store = new TestStore();
  private final LiveStore live =
      new LiveStore(
          store.store,
          MemberRegister.create(
              store.store,
              new MemberTable(
                  7, List.of(new Member(1, "m1", List.of("http://m1"), List.of(), false)))),
          HandWorker::new,
          ApplyLoopTest::fail);

  private final FullQuota quota = new FullQuota();
  private final Heard heard = new Heard();
  private final HandWorker worker = new HandWorker("apply");
  private final ApplyLoop loop = new ApplyLoop(live, quota, heard, new SystemClock(), worker);

  ApplyLoopTest() {
    loop.start();
  }

  @AfterEach
  void close() {
    loop.close();
    live.close();
  }

  private static void fail(Throwable cause) {
    throw new AssertionError(cause);
  }

  private static Entry put(long index, String key) {
    var put =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFromUtf8("v"));
    return entry(index, Command.newBuilder().setRequestId(index).setPut(put).build());
  }

  private static Entry entry(long index, Command command) {
    return new Entry(1, index, EntryType.COMMAND, Bytes.wrap(command.toByteArray()));
  }

  private void apply(Entry... entries) {
    loop.submit(List.of(entries));
    worker.runRound();
  }

  /** The door let it pass, and the store has grown since. */
  @Test
  @Tag("Q6")
  void aPutThatFindsTheQuotaFullAtApplyIsDoneAndItsClientHearsOfIt() {
    apply(put(1, "fits"));
    quota.full = true;
    apply(put(2, "late"));

    assertThat(heard.results.get(1L)).isInstanceOf(ApplyResult.PutDone.class);
    assertThat(heard.results.get(2L)).isEqualTo(new ApplyResult.Refused(EtcdError.NO_SPACE));
    assertThat(store.get("late")).isPresent();
    assertThat(store.revision()).isEqualTo(3);
    assertThat(quota.alarms).as("raised for this member").isOne();
  }

  /** Another member asks its own quota: what is applied must not depend on ours. */
  @Test
  @Tag("Q6")
  void aFullQuotaIsNoMatterOfCommandsForWhichNobodyWaitsHere() {
    heard.awaiting = false;
    quota.full = true;
    apply(put(1, "theirs"));

    assertThat(heard.results).isEmpty();
    assertThat(store.get("theirs")).isPresent();
    assertThat(quota.alarms).isZero();
  }

  private static final class FullQuota implements Quota {
    boolean full;
    int alarms;

    @Override
    public boolean admits(long charge) {
      if (!full || charge == 0) {
        return true;
      }
      alarms++;
      return false;
    }

    @Override
    public long reportedBytes() {
      return 1;
    }
  }

  private static final class Heard implements ApplyLoop.Listener {
    final Map<Long, ApplyResult> results = new HashMap<>();
    boolean awaiting = true;

    @Override
    public boolean isAwaited(long requestId) {
      return awaiting;
    }

    @Override
    public void leasesChanged(List<LeaseChange> changes) {}

    @Override
    public void completed(long requestId, ApplyResult result) {
      results.put(requestId, result);
    }

    @Override
    public void termBegan(long term) {}

    @Override
    public void applied(LogPosition position, int entries, long bytes) {
      assertThat(entries).isPositive();
    }

    @Override
    public void stateTaken(long index, Optional<StateHash> hash) {}

    @Override
    public void claimed(StateClaim claim) {}

    @Override
    public void failed(Throwable cause) {
      fail(cause);
    }
  }

  /** Does rounds when it is told to. */
  private static final class HandWorker implements Worker {
    private final String name;
    private final List<Round> started = new ArrayList<>();

    HandWorker(String name) {
      this.name = name;
    }

    void runRound() {
      assertThat(started).as(name).isNotEmpty();
      started.getFirst().run();
    }

    @Override
    public void start(Round round) {
      started.add(round);
    }

    @Override
    public void wake() {}

    @Override
    public boolean awaitRound() {
      runRound();
      return true;
    }

    @Override
    public void close() {
      started.forEach(Round::end);
    }
  }
}
