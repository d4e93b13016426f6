package dev.keelson.server.space;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.RaftStatus;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.replica.Completion;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.storage.work.WorkerThreads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SpaceGuardTest {
  private static final long MEMBER = 7;
  private static final long GIBIBYTE = 1L << 30;

  private final FakeLog log = new FakeLog();
  private final FakeDisk disk = new FakeDisk();
  private long stored;
  private List<AlarmMember> alarms = List.of();
  private final SpaceGuard guard =
      new SpaceGuard(MEMBER, new QuotaRule(1_000, 1_000), () -> stored, () -> alarms, log);
  private final DiskWatch watch =
      new DiskWatch(
          disk,
          guard,
          cause -> {
            throw new AssertionError(cause);
          },
          new WorkerThreads().worker("never started"));

  /** Takes commands and keeps who waits for them. */
  private static final class FakeLog implements Replica {
    final List<Command> commands = new ArrayList<>();
    final List<Completion<ApplyResult>> waiting = new ArrayList<>();

    @Override
    public void propose(Command command, Completion<ApplyResult> completion) {
      commands.add(command);
      waiting.add(completion);
    }

    @Override
    public void proposeAsLeader(Command command, Completion<ApplyResult> completion) {
      throw new AssertionError("any member may raise an alarm");
    }

    @Override
    public void awaitReadIndex(Completion<Long> completion) {
      throw new UnsupportedOperationException("nothing is read here");
    }

    @Override
    public RaftStatus status() {
      throw new UnsupportedOperationException("nobody asks here");
    }
  }

  private static final class FakeDisk implements DiskSpace {
    long total = 100 * GIBIBYTE;
    long usable = 50 * GIBIBYTE;
    boolean broken;

    @Override
    public long totalBytes() {
      return total;
    }

    @Override
    public long usableBytes() throws IOException {
      if (broken) {
        throw new IOException("no answer");
      }
      return usable;
    }
  }

  @Test
  @Tag("Q1")
  void whatReachesTheQuotaIsRefusedAndWhatIsNotChargedNever() {
    stored = 700;
    assertThat(guard.admits(299)).isTrue();
    assertThat(guard.admits(300)).isFalse();
    assertThat(guard.admits(0)).isTrue();
    stored = 5_000;
    assertThat(guard.admits(0)).isTrue();
  }

  @Test
  @Tag("Q2")
  @Tag("MT5")
  void theAlarmIsRaisedOnceAtATimeAndAgainIfThatFailed() {
    stored = 1_000;
    guard.admits(1);
    guard.admits(1);

    assertThat(log.commands).hasSize(1);
    var alarm = log.commands.getFirst().getAlarm();
    assertThat(alarm.getAction()).isEqualTo(AlarmAction.ACTIVATE);
    assertThat(alarm.getMemberID()).isEqualTo(MEMBER);
    assertThat(alarm.getAlarm()).isEqualTo(AlarmType.NOSPACE);

    log.waiting.getFirst().complete(new Outcome.Failure<>(EtcdError.TIMEOUT));
    guard.admits(1);
    assertThat(log.commands).hasSize(2);

    alarms =
        List.of(AlarmMember.newBuilder().setMemberID(MEMBER).setAlarm(AlarmType.NOSPACE).build());
    log.waiting.getLast().complete(new Outcome.Failure<>(EtcdError.TIMEOUT));
    guard.admits(1);
    assertThat(log.commands).as("it stands already").hasSize(2);
  }

  @Test
  void aDiskThatRunsLowRaisesTheAlarmWhileThereIsRoomLeft() {
    watch.look();
    assertThat(guard.admits(1)).isTrue();
    assertThat(log.commands).isEmpty();

    disk.usable = GIBIBYTE - 1;
    watch.look();

    assertThat(log.commands).as("without any client").hasSize(1);
    assertThat(guard.admits(1)).isFalse();
    assertThat(guard.admits(0)).isTrue();
  }

  @Test
  void aDiskIsWideAgainOnlyWithSomeRoomMore() {
    disk.usable = GIBIBYTE - 1;
    watch.look();

    disk.usable = GIBIBYTE + 1;
    watch.look();
    assertThat(guard.admits(1)).isFalse();
    disk.broken = true;
    disk.usable = 50 * GIBIBYTE;
    watch.look();
    assertThat(guard.admits(1)).as("no answer changes nothing").isFalse();
    disk.broken = false;
    watch.look();

    assertThat(guard.admits(1)).isTrue();
  }

  @Test
  void aFullQuotaIsNoticedWithoutClientsToo() {
    stored = 1_000;

    watch.look();

    assertThat(log.commands).hasSize(1);
  }

  @Test
  void theReserveFitsTheDisk() {
    assertThat(DiskWatch.reserveBytes(100 * GIBIBYTE)).isEqualTo(GIBIBYTE);
    assertThat(DiskWatch.reserveBytes(10 * GIBIBYTE)).isEqualTo(GIBIBYTE / 2);
    assertThat(DiskWatch.reserveBytes(GIBIBYTE)).isEqualTo(GIBIBYTE / 4);
    assertThat(DiskWatch.reserveBytes(64 << 20)).isEqualTo(16 << 20);
    assertThat(DiskWatch.reserveBytes(16 << 20)).as("holds no store anyway").isZero();
  }

  @Test
  void theQuotaFollowsTheDiskUnlessItIsGiven() {
    assertThat(QuotaRule.of(0, 100 * GIBIBYTE))
        .isEqualTo(new QuotaRule(40 * GIBIBYTE, 40 * GIBIBYTE));
    assertThat(QuotaRule.of(4_096, GIBIBYTE)).isEqualTo(new QuotaRule(4_096, 4_096));
    assertThat(QuotaRule.of(-1, GIBIBYTE)).isEqualTo(new QuotaRule(Long.MAX_VALUE, -1));
  }
}
