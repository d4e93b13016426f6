package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.AlarmRequest;
import dev.keelson.api.etcdserverpb.AlarmResponse;
import dev.keelson.api.etcdserverpb.AuthEnableRequest;
import dev.keelson.api.etcdserverpb.AuthEnableResponse;
import dev.keelson.api.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.api.etcdserverpb.AuthRoleAddResponse;
import dev.keelson.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.api.etcdserverpb.AuthRoleGrantPermissionResponse;
import dev.keelson.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.keelson.api.etcdserverpb.AuthRoleRevokePermissionResponse;
import dev.keelson.api.etcdserverpb.AuthUserAddRequest;
import dev.keelson.api.etcdserverpb.AuthUserAddResponse;
import dev.keelson.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.api.etcdserverpb.AuthUserGrantRoleResponse;
import dev.keelson.api.etcdserverpb.AuthenticateRequest;
import dev.keelson.api.etcdserverpb.AuthenticateResponse;
import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.CompactionResponse;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrantResponse;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.api.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.api.etcdserverpb.LeaseRevokeResponse;
import dev.keelson.api.etcdserverpb.MemberAddRequest;
import dev.keelson.api.etcdserverpb.MemberAddResponse;
import dev.keelson.api.etcdserverpb.MemberListRequest;
import dev.keelson.api.etcdserverpb.MemberListResponse;
import dev.keelson.api.etcdserverpb.MemberPromoteRequest;
import dev.keelson.api.etcdserverpb.MemberPromoteResponse;
import dev.keelson.api.etcdserverpb.MemberRemoveRequest;
import dev.keelson.api.etcdserverpb.MemberRemoveResponse;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.server.config.ServerConfig;

/** The handlers of one member, without the port that leads calls to them. */
public final class ClientServices {
  private static final int FRAGMENT_BYTES = 512 << 10;

  private final KvService kv;
  private final LeaseService leases;
  private final LeaseAccess.Reading leaseKeys;
  private final WatchService watch;
  private final ClusterService cluster;
  private final MaintenanceService maintenance;
  private final AuthService auth;

  public ClientServices(RpcDependencies dependencies, ServerConfig.Limits limits) {
    var headers = new ResponseHeaders(dependencies.identity(), dependencies.replica()::status);
    var access = Access.of(dependencies);
    this.kv =
        new KvService(
            dependencies,
            headers,
            new TxnValidator(limits.maxTxnOps()),
            limits.maxRequestBytes(),
            access);
    this.leases = new LeaseService(dependencies, headers, access);
    this.leaseKeys = LeaseAccess.Reading.atOnce(dependencies.replica(), dependencies.views());
    this.watch =
        new WatchService(
            dependencies.watch(), headers, limits.maxRequestBytes() + FRAGMENT_BYTES, access);
    this.cluster = new ClusterService(dependencies, headers, access);
    this.maintenance = new MaintenanceService(dependencies, headers, access);
    this.auth = new AuthService(dependencies, headers, access);
  }

  public UnaryHandler<RangeRequest, RangeResponse> range() {
    return kv::range;
  }

  public UnaryHandler<PutRequest, PutResponse> put() {
    return kv::put;
  }

  public UnaryHandler<DeleteRangeRequest, DeleteRangeResponse> deleteRange() {
    return kv::deleteRange;
  }

  public UnaryHandler<TxnRequest, TxnResponse> txn() {
    return kv::txn;
  }

  public UnaryHandler<CompactionRequest, CompactionResponse> compact() {
    return kv::compact;
  }

  public UnaryHandler<LeaseGrantRequest, LeaseGrantResponse> grantLease() {
    return leases::grant;
  }

  public UnaryHandler<LeaseRevokeRequest, LeaseRevokeResponse> revokeLease() {
    return leases::revoke;
  }

  public StreamHandler<LeaseKeepAliveRequest, LeaseKeepAliveResponse> keepLeaseAlive() {
    return sink -> leases.keepAlive(sink, leaseKeys);
  }

  public StreamHandler<WatchRequest, WatchResponse> watch() {
    return watch::watch;
  }

  public UnaryHandler<MemberListRequest, MemberListResponse> listMembers() {
    return cluster::memberList;
  }

  public UnaryHandler<MemberAddRequest, MemberAddResponse> addMember() {
    return cluster::memberAdd;
  }

  public UnaryHandler<MemberRemoveRequest, MemberRemoveResponse> removeMember() {
    return cluster::memberRemove;
  }

  public UnaryHandler<MemberPromoteRequest, MemberPromoteResponse> promoteMember() {
    return cluster::memberPromote;
  }

  public UnaryHandler<AlarmRequest, AlarmResponse> alarm() {
    return maintenance::alarm;
  }

  public UnaryHandler<AuthenticateRequest, AuthenticateResponse> authenticate() {
    return auth::authenticate;
  }

  public UnaryHandler<AuthEnableRequest, AuthEnableResponse> enableAuth() {
    return auth.enable();
  }

  public UnaryHandler<AuthUserAddRequest, AuthUserAddResponse> addUser() {
    return auth::addUser;
  }

  public UnaryHandler<AuthUserGrantRoleRequest, AuthUserGrantRoleResponse> grantRole() {
    return auth.grantRole();
  }

  public UnaryHandler<AuthRoleAddRequest, AuthRoleAddResponse> addRole() {
    return auth.addRole();
  }

  public UnaryHandler<AuthRoleGrantPermissionRequest, AuthRoleGrantPermissionResponse>
      grantPermission() {
    return auth.grantPermission();
  }

  public UnaryHandler<AuthRoleRevokePermissionRequest, AuthRoleRevokePermissionResponse>
      revokePermission() {
    return auth.revokePermission();
  }
}
