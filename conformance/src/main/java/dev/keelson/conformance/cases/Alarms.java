package dev.keelson.conformance.cases;

import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.api.etcdserverpb.AlarmResponse;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.conformance.store.Store;
import java.util.List;

/** The Alarm call of one store. */
record Alarms(Store store) {

  List<AlarmMember> active() {
    return call(AlarmAction.GET, 0, AlarmType.NONE).getAlarmsList();
  }

  AlarmResponse activate(long member, AlarmType type) {
    return call(AlarmAction.ACTIVATE, member, type);
  }

  AlarmResponse deactivate(long member, AlarmType type) {
    return call(AlarmAction.DEACTIVATE, member, type);
  }

  AlarmResponse call(AlarmAction action, long member, AlarmType type) {
    return store
        .maintenance()
        .alarm(
            AlarmRequest.newBuilder().setAction(action).setMemberID(member).setAlarm(type).build());
  }

  static AlarmMember of(long member, AlarmType type) {
    return AlarmMember.newBuilder().setMemberID(member).setAlarm(type).build();
  }
}
