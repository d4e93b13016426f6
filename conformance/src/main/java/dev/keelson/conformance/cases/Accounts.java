package dev.keelson.conformance.cases;

import com.google.protobuf.ByteString;
import dev.keelson.api.authpb.Permission;
import dev.keelson.api.authpb.UserAddOptions;
import dev.keelson.api.etcdserverpb.AuthDisableRequest;
import dev.keelson.api.etcdserverpb.AuthEnableRequest;
import dev.keelson.api.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.api.etcdserverpb.AuthRoleDeleteRequest;
import dev.keelson.api.etcdserverpb.AuthRoleGetRequest;
import dev.keelson.api.etcdserverpb.AuthRoleGetResponse;
import dev.keelson.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.api.etcdserverpb.AuthRoleListRequest;
import dev.keelson.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.keelson.api.etcdserverpb.AuthStatusRequest;
import dev.keelson.api.etcdserverpb.AuthStatusResponse;
import dev.keelson.api.etcdserverpb.AuthUserAddRequest;
import dev.keelson.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.keelson.api.etcdserverpb.AuthUserDeleteRequest;
import dev.keelson.api.etcdserverpb.AuthUserGetRequest;
import dev.keelson.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.api.etcdserverpb.AuthUserListRequest;
import dev.keelson.api.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.keelson.api.etcdserverpb.AuthenticateRequest;
import dev.keelson.conformance.store.Store;
import java.util.List;

/** Users, roles and permissions, as the caller of one store sees them. */
record Accounts(Store store) {
  /** Of every user of the cases, unless a case is about another one. */
  static String password(String user) {
    return user + "-password";
  }

  void enable() {
    store.auth().authEnable(AuthEnableRequest.getDefaultInstance());
  }

  void disable() {
    store.auth().authDisable(AuthDisableRequest.getDefaultInstance());
  }

  AuthStatusResponse status() {
    return store.auth().authStatus(AuthStatusRequest.getDefaultInstance());
  }

  long revision() {
    return status().getAuthRevision();
  }

  /** The token of a user with the usual password. */
  String login(String user) {
    return login(user, password(user));
  }

  String login(String user, String password) {
    return store
        .auth()
        .authenticate(AuthenticateRequest.newBuilder().setName(user).setPassword(password).build())
        .getToken();
  }

  /** With the usual password, and these roles. */
  void addUser(String name, String... roles) {
    addUserWith(AuthUserAddRequest.newBuilder().setName(name).setPassword(password(name)));
    for (String role : roles) {
      grantRole(name, role);
    }
  }

  void addUserWith(AuthUserAddRequest.Builder request) {
    store.auth().userAdd(request.build());
  }

  void addUserWithoutPassword(String name) {
    addUserWith(
        AuthUserAddRequest.newBuilder()
            .setName(name)
            .setOptions(UserAddOptions.newBuilder().setNoPassword(true)));
  }

  void deleteUser(String name) {
    store.auth().userDelete(AuthUserDeleteRequest.newBuilder().setName(name).build());
  }

  void changePassword(String name, String password) {
    changePassword(AuthUserChangePasswordRequest.newBuilder().setName(name).setPassword(password));
  }

  void changePassword(AuthUserChangePasswordRequest.Builder request) {
    store.auth().userChangePassword(request.build());
  }

  List<String> rolesOf(String user) {
    return store
        .auth()
        .userGet(AuthUserGetRequest.newBuilder().setName(user).build())
        .getRolesList();
  }

  List<String> users() {
    return store.auth().userList(AuthUserListRequest.getDefaultInstance()).getUsersList();
  }

  void grantRole(String user, String role) {
    store
        .auth()
        .userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build());
  }

  void revokeRole(String user, String role) {
    store
        .auth()
        .userRevokeRole(AuthUserRevokeRoleRequest.newBuilder().setName(user).setRole(role).build());
  }

  void addRole(String name) {
    store.auth().roleAdd(AuthRoleAddRequest.newBuilder().setName(name).build());
  }

  void deleteRole(String name) {
    store.auth().roleDelete(AuthRoleDeleteRequest.newBuilder().setRole(name).build());
  }

  AuthRoleGetResponse role(String name) {
    return store.auth().roleGet(AuthRoleGetRequest.newBuilder().setRole(name).build());
  }

  List<String> roles() {
    return store.auth().roleList(AuthRoleListRequest.getDefaultInstance()).getRolesList();
  }

  void grant(String role, Permission.Type type, String key, String rangeEnd) {
    grant(role, type, ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(rangeEnd));
  }

  void grant(String role, Permission.Type type, ByteString key, ByteString rangeEnd) {
    store
        .auth()
        .roleGrantPermission(
            AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(
                    Permission.newBuilder().setPermType(type).setKey(key).setRangeEnd(rangeEnd))
                .build());
  }

  void revoke(String role, String key, String rangeEnd) {
    store
        .auth()
        .roleRevokePermission(
            AuthRoleRevokePermissionRequest.newBuilder()
                .setRole(role)
                .setKey(ByteString.copyFromUtf8(key))
                .setRangeEnd(ByteString.copyFromUtf8(rangeEnd))
                .build());
  }

  /** A role of this name and a user of the same name that holds it. */
  void addUserWithRole(String name) {
    addRole(name);
    addUser(name, name);
  }
}
