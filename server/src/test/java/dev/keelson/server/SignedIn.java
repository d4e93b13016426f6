package dev.keelson.server;

import com.google.protobuf.ByteString;
import dev.keelson.api.authpb.Permission;
import dev.keelson.api.etcdserverpb.AuthEnableRequest;
import dev.keelson.api.etcdserverpb.AuthGrpc;
import dev.keelson.api.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.keelson.api.etcdserverpb.AuthUserAddRequest;
import dev.keelson.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.api.etcdserverpb.AuthenticateRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;

/** A channel on which every call says who it is, and what its caller does to users and roles. */
record SignedIn(Channel channel) {
  private static final int DEADLINE_SECONDS = 60;

  static Channel withToken(Channel channel, String token) {
    var headers = new Metadata();
    headers.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** Signs in; the password is the name. */
  static SignedIn as(Channel channel, String user) {
    var request = AuthenticateRequest.newBuilder().setName(user).setPassword(user).build();
    var token = new SignedIn(channel).auth().authenticate(request).getToken();
    return new SignedIn(withToken(channel, token));
  }

  /** Makes root, switches authentication on, and signs root in. */
  static SignedIn switchOn(Channel anonymous) {
    var nobody = new SignedIn(anonymous);
    nobody.addUser("root");
    nobody.grantRole("root", "root");
    var _ = nobody.auth().authEnable(AuthEnableRequest.getDefaultInstance());
    return as(anonymous, "root");
  }

  AuthGrpc.AuthBlockingStub auth() {
    return AuthGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  void addUser(String name) {
    var request = AuthUserAddRequest.newBuilder().setName(name).setPassword(name).build();
    var _ = auth().userAdd(request);
  }

  void grantRole(String user, String role) {
    var request = AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build();
    var _ = auth().userGrantRole(request);
  }

  /** A user, and a role of the same name that it holds. */
  void addUserWithRole(String name) {
    var _ = auth().roleAdd(AuthRoleAddRequest.newBuilder().setName(name).build());
    addUser(name);
    grantRole(name, name);
  }

  void grant(String role, Permission.Type type, String key) {
    var permission =
        Permission.newBuilder().setPermType(type).setKey(ByteString.copyFromUtf8(key)).build();
    var request =
        AuthRoleGrantPermissionRequest.newBuilder().setName(role).setPerm(permission).build();
    var _ = auth().roleGrantPermission(request);
  }

  void revoke(String role, String key) {
    var request =
        AuthRoleRevokePermissionRequest.newBuilder()
            .setRole(role)
            .setKey(ByteString.copyFromUtf8(key))
            .build();
    var _ = auth().roleRevokePermission(request);
  }
}
