package dev.keelson.server.metrics;

import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.Role;
import dev.keelson.server.http.ApiVersions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** {@code etcd_server_*}: the member and its log. */
record ServerMeters(MetricSources sources) {
  void register(Families families) {
    registerStanding(families);
    registerProposals(families);
    registerIdentity(families);
    registerAlarms(families);
    families.gauge(
        "etcd_debugging_auth_revision",
        "Revision of the users and roles",
        () -> sources.store().auth().board().current().revision());
    var health = sources.health();
    families.bareCounter(
        "etcd_server_health_success", "GET /health answered healthy", health::healthy);
    families.bareCounter(
        "etcd_server_health_failures", "GET /health answered unhealthy", health::unhealthy);
    families.gauge(
        "etcd_server_quota_backend_bytes",
        "Quota of the store; 0 for none",
        () -> sources.quota().reportedBytes());
  }

  private RaftStatus status() {
    return sources.stages().inbox().status();
  }

  private void registerStanding(Families families) {
    var replica = sources.stages().replica().measures();
    families.gauge(
        "etcd_server_has_leader", "1 if a leader is known", () -> of(status().hasLeader()));
    families.gauge(
        "etcd_server_is_leader", "1 if this member leads", () -> of(status().isLeader()));
    families.gauge(
        "etcd_server_is_learner",
        "1 if this member is a learner",
        () -> of(status().role() == Role.LEARNER));
    families.counter(
        "etcd_server_leader_changes_seen_total", "Leader changes seen", replica::leaderChanges);
    families.counter(
        "etcd_server_read_indexes_failed_total", "Read indexes refused", replica::failedReads);
    families.counter(
        "etcd_server_slow_read_indexes_total",
        "Read indexes that did not come in time",
        replica::slowReads);
  }

  private void registerProposals(Families families) {
    var stages = sources.stages();
    families.gauge(
        "etcd_server_proposals_committed_total",
        "Index of the last committed entry",
        () -> status().commitIndex());
    families.gauge(
        "etcd_server_proposals_applied_total",
        "Index of the last applied entry",
        () -> sources.store().current().applied().index());
    families.gauge(
        "etcd_server_proposals_pending", "Clients that wait", () -> stages.pending().size());
    families.counter(
        "etcd_server_proposals_failed_total",
        "Proposals that failed or may have",
        () -> stages.pending().failed());
    families.counter(
        "etcd_server_slow_apply_total",
        "Batches that took more than 100 ms to apply",
        () -> stages.apply().measures().slow());
  }

  private void registerIdentity(Families families) {
    var id = Long.toHexString(sources.identity().memberId());
    families.gauges(
        "etcd_server_id", "1 for this member", List.of("server_id"), sink -> sink.value(1, id));
    families.gauges(
        "etcd_server_version",
        "1 for the version of the API that is served",
        List.of("server_version"),
        sink -> sink.value(1, ApiVersions.SERVER));
    var cluster = ApiVersions.CLUSTER;
    families.gauges(
        "etcd_cluster_version",
        "1 for the version that all members keep to",
        List.of("cluster_version"),
        sink -> sink.value(1, cluster.substring(0, cluster.lastIndexOf('.'))));
  }

  private void registerAlarms(Families families) {
    families.gauges(
        "etcd_debugging_server_alarms",
        "Alarms raised, by member and kind",
        List.of("server_id", "alarm_type"),
        sink -> {
          // One that anybody may raise twice over must not be told twice.
          var raised = new TreeMap<String, List<String>>();
          for (var alarm : sources.store().alarms().raised()) {
            var member = Long.toHexString(alarm.getMemberID());
            var kind = AlarmType.forNumber(alarm.getAlarmValue());
            var name = kind == null ? Integer.toString(alarm.getAlarmValue()) : kind.name();
            raised.put(member + name, new ArrayList<>(List.of(member, name)));
          }
          raised.values().forEach(labels -> sink.value(1, labels.getFirst(), labels.getLast()));
        });
  }

  private static double of(boolean condition) {
    return condition ? 1 : 0;
  }
}
