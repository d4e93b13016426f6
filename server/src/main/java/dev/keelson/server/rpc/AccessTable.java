package dev.keelson.server.rpc;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What each method of the API asks of its caller while authentication is on (section 1.8). The only
 * such table: a method without a row is not served.
 */
final class AccessTable {
  /** Who may call, and where that is judged. */
  enum Need {
    /** Anybody may. */
    NOTHING,
    /** Before the handler sees the request: whoever is somebody. */
    SOMEBODY,
    /** Before the handler sees the request: administrators. */
    ADMIN,
    /** The handler, by the keys that are read. */
    KEYS,
    /** Whoever applies the command, by what it is. */
    COMMAND,
    /** The handler, by whose user or role is asked for. */
    ACCOUNT,
    /** The methods that it is made of. */
    PARTS
  }

  private static final Map<String, Need> ROWS =
      Stream.of(
              rows("etcdserverpb.KV", Need.KEYS, "Range", "RangeStream"),
              rows("etcdserverpb.KV", Need.COMMAND, "Put", "DeleteRange", "Txn", "Compact"),
              rows("etcdserverpb.Watch", Need.KEYS, "Watch"),
              rows(
                  "etcdserverpb.Lease",
                  Need.SOMEBODY,
                  "LeaseGrant",
                  "LeaseRevoke",
                  "LeaseTimeToLive",
                  "LeaseLeases"),
              rows("etcdserverpb.Lease", Need.KEYS, "LeaseKeepAlive"),
              rows("etcdserverpb.Cluster", Need.SOMEBODY, "MemberList"),
              rows(
                  "etcdserverpb.Cluster",
                  Need.ADMIN,
                  "MemberAdd",
                  "MemberRemove",
                  "MemberUpdate",
                  "MemberPromote"),
              rows("etcdserverpb.Maintenance", Need.SOMEBODY, "Status"),
              rows("etcdserverpb.Maintenance", Need.COMMAND, "Alarm"),
              rows(
                  "etcdserverpb.Maintenance",
                  Need.ADMIN,
                  "Defragment",
                  "Hash",
                  "HashKV",
                  "Snapshot",
                  "MoveLeader",
                  "Downgrade"),
              rows("etcdserverpb.Auth", Need.NOTHING, "AuthStatus", "Authenticate"),
              rows("etcdserverpb.Auth", Need.ACCOUNT, "UserGet", "UserList", "RoleGet", "RoleList"),
              rows(
                  "etcdserverpb.Auth",
                  Need.COMMAND,
                  "AuthEnable",
                  "AuthDisable",
                  "UserAdd",
                  "UserDelete",
                  "UserChangePassword",
                  "UserGrantRole",
                  "UserRevokeRole",
                  "RoleAdd",
                  "RoleDelete",
                  "RoleGrantPermission",
                  "RoleRevokePermission"),
              rows("v3lockpb.Lock", Need.PARTS, "Lock", "Unlock"),
              rows(
                  "v3electionpb.Election",
                  Need.PARTS,
                  "Campaign",
                  "Proclaim",
                  "Leader",
                  "Observe",
                  "Resign"),
              rows("grpc.health.v1.Health", Need.NOTHING, "Check", "Watch"))
          .flatMap(rows -> rows)
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private AccessTable() {}

  private static Stream<Map.Entry<String, Need>> rows(
      String service, Need need, String... methods) {
    return Stream.of(methods).map(method -> Map.entry(service + "/" + method, need));
  }

  /** Of a method by its full name. */
  static Need of(String method) {
    var need = ROWS.get(method);
    if (need == null) {
      throw new IllegalStateException(method + " has no row in the table of who may call it");
    }
    return need;
  }

  static Map<String, Need> rows() {
    return ROWS;
  }
}
