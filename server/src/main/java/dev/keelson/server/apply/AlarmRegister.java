package dev.keelson.server.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.api.command.AlarmTableRecord;
import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.MvccStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The alarms as of the last applied entry, kept in the store, so that they survive restarts and
 * travel with snapshots (Q4). Only a request ends one. The apply thread changes them, anyone reads.
 */
public final class AlarmRegister {
  /** Any number may be given as a member's id, and nothing may grow without bound. */
  static final int MAX_ALARMS = 1_024;

  private static final Bytes KEY = Bytes.wrap("alarms".getBytes(StandardCharsets.UTF_8));
  private static final Comparator<AlarmMember> ORDER =
      Comparator.<AlarmMember, Integer>comparing(AlarmMember::getAlarmValue)
          .thenComparing(AlarmMember::getMemberID, Long::compareUnsigned);

  private volatile List<AlarmMember> raised;

  private AlarmRegister(List<AlarmMember> raised) {
    this.raised = raised;
  }

  public static AlarmRegister load(MvccStore store) {
    return new AlarmRegister(read(store));
  }

  /** By kind, then by member. */
  public List<AlarmMember> raised() {
    return raised;
  }

  /** Takes over what the store holds, after a snapshot was installed. */
  void reload(MvccStore store) {
    raised = read(store);
  }

  /** Answers with the alarms that the request names, found, raised or ended (Q7, MT1). */
  ApplyResult apply(MvccStore store, AlarmRequest request, long revision) {
    return switch (request.getAction()) {
      case GET -> new ApplyResult.AlarmDone(revision, matching(request));
      case ACTIVATE -> activate(store, request, revision);
      case DEACTIVATE -> {
        var ended = exactly(request);
        replace(store, alarm -> !ended.contains(alarm), List.of());
        yield new ApplyResult.AlarmDone(revision, ended);
      }
      case UNRECOGNIZED -> new ApplyResult.AlarmDone(revision, List.of());
    };
  }

  private ApplyResult activate(MvccStore store, AlarmRequest request, long revision) {
    if (request.getAlarm() == AlarmType.NONE || request.getAlarm() == AlarmType.UNRECOGNIZED) {
      return new ApplyResult.AlarmDone(revision, List.of());
    }
    var known = exactly(request);
    if (!known.isEmpty()) {
      return new ApplyResult.AlarmDone(revision, known);
    }
    if (raised.size() >= MAX_ALARMS) {
      return new ApplyResult.Refused(EtcdError.REQUEST_TOO_MANY_REQUESTS);
    }
    var added =
        List.of(
            AlarmMember.newBuilder()
                .setMemberID(request.getMemberID())
                .setAlarm(request.getAlarm())
                .build());
    replace(store, _ -> true, added);
    return new ApplyResult.AlarmDone(revision, added);
  }

  private List<AlarmMember> matching(AlarmRequest request) {
    return raised.stream()
        .filter(
            alarm -> request.getAlarm() == AlarmType.NONE || alarm.getAlarm() == request.getAlarm())
        .toList();
  }

  private List<AlarmMember> exactly(AlarmRequest request) {
    return raised.stream()
        .filter(
            alarm ->
                alarm.getMemberID() == request.getMemberID()
                    && alarm.getAlarm() == request.getAlarm())
        .toList();
  }

  private void replace(MvccStore store, Predicate<AlarmMember> kept, List<AlarmMember> added) {
    var next = new ArrayList<AlarmMember>(added);
    raised.stream().filter(kept).forEach(next::add);
    if (next.size() == raised.size()) {
      return;
    }
    next.sort(ORDER);
    raised = List.copyOf(next);
    var record = AlarmTableRecord.newBuilder().addAllAlarms(raised).build();
    store.putMeta(KEY, Bytes.wrap(record.toByteArray()));
  }

  private static List<AlarmMember> read(MvccStore store) {
    return store.getMeta(KEY).map(AlarmRegister::decode).orElse(List.of());
  }

  private static List<AlarmMember> decode(Bytes bytes) {
    try {
      return List.copyOf(AlarmTableRecord.parseFrom(bytes.toArray()).getAlarmsList());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the stored alarms cannot be read", e);
    }
  }
}
