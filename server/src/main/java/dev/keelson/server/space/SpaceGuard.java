package dev.keelson.server.space;

import dev.keelson.api.command.Caller;
import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.server.apply.Quota;
import dev.keelson.server.replica.Replica;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this member from storing more than it may, by the quota and by what is left on its disk,
 * and tells all members when it is over (Q2). Thread-safe.
 */
public final class SpaceGuard implements Quota {
  private static final Logger log = LoggerFactory.getLogger(SpaceGuard.class);

  private final long memberId;
  private final QuotaRule rule;
  private final LongSupplier storedBytes;
  private final Supplier<List<AlarmMember>> alarms;
  private final Replica replica;
  private final AtomicBoolean raising = new AtomicBoolean();
  private volatile boolean diskIsLow;

  /**
   * A guard that takes the disk for wide until it hears otherwise.
   *
   * @param storedBytes what the store takes by its own exact count
   * @param alarms those that are raised
   */
  public SpaceGuard(
      long memberId,
      QuotaRule rule,
      LongSupplier storedBytes,
      Supplier<List<AlarmMember>> alarms,
      Replica replica) {
    this.memberId = memberId;
    this.rule = rule;
    this.storedBytes = storedBytes;
    this.alarms = alarms;
    this.replica = replica;
  }

  @Override
  public boolean admits(long charge) {
    if (charge == 0 || (!diskIsLow && storedBytes.getAsLong() + charge < rule.limitBytes())) {
      return true;
    }
    raise();
    return false;
  }

  @Override
  public long reportedBytes() {
    return rule.reportedBytes();
  }

  /** Hears how the disk stands, now and then; a member without clients raises its alarm here. */
  void diskIs(boolean low) {
    diskIsLow = low;
    if (low || storedBytes.getAsLong() >= rule.limitBytes()) {
      raise();
    }
  }

  /** One proposal at a time; one that fails is made again at the next occasion (MT5). */
  private void raise() {
    if (isRaised() || !raising.compareAndSet(false, true)) {
      return;
    }
    log.warn(
        "raising alarm NOSPACE stored={} quota={} disk_low={}",
        storedBytes.getAsLong(),
        rule.reportedBytes(),
        diskIsLow);
    var request =
        AlarmRequest.newBuilder()
            .setAction(AlarmRequest.AlarmAction.ACTIVATE)
            .setMemberID(memberId)
            .setAlarm(AlarmType.NOSPACE);
    var command =
        Command.newBuilder().setAlarm(request).setCaller(Caller.newBuilder().setMember(true));
    replica.propose(command.build(), outcome -> raising.set(false));
  }

  private boolean isRaised() {
    return alarms.get().stream()
        .anyMatch(
            alarm -> alarm.getMemberID() == memberId && alarm.getAlarm() == AlarmType.NOSPACE);
  }
}
