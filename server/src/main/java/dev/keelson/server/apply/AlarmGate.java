package dev.keelson.server.apply;

import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.status.EtcdError;
import java.util.List;
import java.util.Optional;

/** What alarms forbid, whoever raised them: corruption comes before want of space (P6, Q3, Q8). */
public final class AlarmGate {
  private AlarmGate() {}

  /** Why the command is refused; empty if it is not. */
  public static Optional<EtcdError> refusal(Command command, List<AlarmMember> alarms) {
    if (alarms.isEmpty()) {
      return Optional.empty();
    }
    if (changes(command) && isRaised(alarms, AlarmType.CORRUPT)) {
      return Optional.of(EtcdError.CORRUPT);
    }
    if (Charge.of(command) > 0 && isRaised(alarms, AlarmType.NOSPACE)) {
      return Optional.of(EtcdError.NO_SPACE);
    }
    return Optional.empty();
  }

  public static boolean isRaised(List<AlarmMember> alarms, AlarmType type) {
    return alarms.stream().anyMatch(alarm -> alarm.getAlarm() == type);
  }

  /** A transaction that came through the log is not one of ranges alone (T22). */
  private static boolean changes(Command command) {
    return switch (command.getOperationCase()) {
      case PUT, DELETE_RANGE, TXN, COMPACTION, LEASE_GRANT, LEASE_REVOCATION -> true;
      case LEASE_CHECKPOINTS,
          MEMBER_ATTRIBUTES,
          ALARM,
          AUTH,
          MEMBER_CHANGE,
          STATE_CLAIM,
          OPERATION_NOT_SET ->
          false;
    };
  }
}
