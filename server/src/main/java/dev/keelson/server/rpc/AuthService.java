package dev.keelson.server.rpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import dev.keelson.api.authpb.Permission;
import dev.keelson.api.command.AuthCommand;
import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.AuthDisableRequest;
import dev.keelson.api.etcdserverpb.AuthDisableResponse;
import dev.keelson.api.etcdserverpb.AuthEnableRequest;
import dev.keelson.api.etcdserverpb.AuthEnableResponse;
import dev.keelson.api.etcdserverpb.AuthGrpc;
import dev.keelson.api.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.api.etcdserverpb.AuthRoleAddResponse;
import dev.keelson.api.etcdserverpb.AuthRoleDeleteRequest;
import dev.keelson.api.etcdserverpb.AuthRoleDeleteResponse;
import dev.keelson.api.etcdserverpb.AuthRoleGetRequest;
import dev.keelson.api.etcdserverpb.AuthRoleGetResponse;
import dev.keelson.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.api.etcdserverpb.AuthRoleGrantPermissionResponse;
import dev.keelson.api.etcdserverpb.AuthRoleListRequest;
import dev.keelson.api.etcdserverpb.AuthRoleListResponse;
import dev.keelson.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.keelson.api.etcdserverpb.AuthRoleRevokePermissionResponse;
import dev.keelson.api.etcdserverpb.AuthStatusRequest;
import dev.keelson.api.etcdserverpb.AuthStatusResponse;
import dev.keelson.api.etcdserverpb.AuthUserAddRequest;
import dev.keelson.api.etcdserverpb.AuthUserAddResponse;
import dev.keelson.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.keelson.api.etcdserverpb.AuthUserChangePasswordResponse;
import dev.keelson.api.etcdserverpb.AuthUserDeleteRequest;
import dev.keelson.api.etcdserverpb.AuthUserDeleteResponse;
import dev.keelson.api.etcdserverpb.AuthUserGetRequest;
import dev.keelson.api.etcdserverpb.AuthUserGetResponse;
import dev.keelson.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.api.etcdserverpb.AuthUserGrantRoleResponse;
import dev.keelson.api.etcdserverpb.AuthUserListRequest;
import dev.keelson.api.etcdserverpb.AuthUserListResponse;
import dev.keelson.api.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.keelson.api.etcdserverpb.AuthUserRevokeRoleResponse;
import dev.keelson.api.etcdserverpb.AuthenticateRequest;
import dev.keelson.api.etcdserverpb.AuthenticateResponse;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.status.EtcdError;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.auth.AuthCodec;
import dev.keelson.server.auth.AuthSession;
import dev.keelson.server.auth.AuthState;
import dev.keelson.server.auth.PasswordDesk;
import dev.keelson.server.auth.Passwords;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import io.grpc.ServerServiceDefinition;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * etcdserverpb.Auth: users, roles and permissions (operations-plane.md section 1). Changes go
 * through the log and are judged there; questions are answered behind the read index (AU1).
 * Passwords get no further than this class.
 */
final class AuthService {
  private final Replica replica;
  private final Access access;
  private final PasswordDesk passwords;
  private final LongSupplier revision;
  private final ResponseHeaders headers;
  private final Logins logins;

  AuthService(RpcDependencies dependencies, ResponseHeaders headers, Access access) {
    this.replica = dependencies.replica();
    this.access = access;
    this.passwords = dependencies.auth().passwords();
    this.revision = dependencies.leases().revision();
    this.headers = headers;
    this.logins = new Logins(dependencies, headers);
  }

  ServerServiceDefinition bind(CallEnvironment environment) {
    var binder = new ServiceBinder(AuthGrpc.SERVICE_NAME, environment);
    bindSwitches(binder);
    bindUsers(binder);
    bindRoles(binder);
    return binder.build();
  }

  // ---- On and off -------------------------------------------------------------------------------

  private void bindSwitches(ServiceBinder binder) {
    binder
        .unary(AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.parser(), enable())
        .unary(
            AuthGrpc.getAuthDisableMethod(),
            AuthDisableRequest.parser(),
            changing(
                request -> AuthCommand.newBuilder().setDisable(request),
                header -> AuthDisableResponse.newBuilder().setHeader(header).build()))
        .unary(AuthGrpc.getAuthStatusMethod(), AuthStatusRequest.parser(), this::status)
        .unary(AuthGrpc.getAuthenticateMethod(), AuthenticateRequest.parser(), this::authenticate);
  }

  UnaryHandler<AuthEnableRequest, AuthEnableResponse> enable() {
    return changing(
        request -> AuthCommand.newBuilder().setEnable(request),
        header -> AuthEnableResponse.newBuilder().setHeader(header).build());
  }

  void authenticate(
      AuthenticateRequest request, CallContext call, Answer<AuthenticateResponse> answer) {
    upToDate(call, answer, () -> logins.begin(request, call, answer));
  }

  private void status(
      AuthStatusRequest request, CallContext call, Answer<AuthStatusResponse> answer) {
    upToDate(
        call,
        answer,
        () -> {
          var state = access.board().current();
          answer.success(
              AuthStatusResponse.newBuilder()
                  .setHeader(header())
                  .setEnabled(state.enabled())
                  .setAuthRevision(state.revision())
                  .build());
        });
  }

  // ---- Users ------------------------------------------------------------------------------------

  private void bindUsers(ServiceBinder binder) {
    binder
        .unary(AuthGrpc.getUserAddMethod(), AuthUserAddRequest.parser(), this::addUser)
        .unary(
            AuthGrpc.getUserDeleteMethod(),
            AuthUserDeleteRequest.parser(),
            changing(
                request -> AuthCommand.newBuilder().setUserDelete(request),
                header -> AuthUserDeleteResponse.newBuilder().setHeader(header).build()))
        .unary(
            AuthGrpc.getUserChangePasswordMethod(),
            AuthUserChangePasswordRequest.parser(),
            this::changePassword)
        .unary(AuthGrpc.getUserGrantRoleMethod(), AuthUserGrantRoleRequest.parser(), grantRole())
        .unary(
            AuthGrpc.getUserRevokeRoleMethod(),
            AuthUserRevokeRoleRequest.parser(),
            changing(
                request -> AuthCommand.newBuilder().setUserRevokeRole(request),
                header -> AuthUserRevokeRoleResponse.newBuilder().setHeader(header).build()))
        .unary(AuthGrpc.getUserGetMethod(), AuthUserGetRequest.parser(), this::getUser)
        .unary(AuthGrpc.getUserListMethod(), AuthUserListRequest.parser(), this::listUsers);
  }

  UnaryHandler<AuthUserGrantRoleRequest, AuthUserGrantRoleResponse> grantRole() {
    return changing(
        request -> AuthCommand.newBuilder().setUserGrantRole(request),
        header -> AuthUserGrantRoleResponse.newBuilder().setHeader(header).build());
  }

  /** AU10: what the client calls a hash does not count. */
  void addUser(AuthUserAddRequest request, CallContext call, Answer<AuthUserAddResponse> answer) {
    var user = request.toBuilder().clearPassword().clearHashedPassword();
    Consumer<String> proposal =
        hash ->
            change(
                AuthCommand.newBuilder().setUserAdd(user.setHashedPassword(hash)),
                call,
                answer,
                header -> AuthUserAddResponse.newBuilder().setHeader(header).build());
    if (request.getOptions().getNoPassword()) {
      proposal.accept("");
    } else {
      hash(request.getPassword(), call, answer, proposal);
    }
  }

  /** AU13: without a password the client's own hash counts, and none lets nobody in. */
  private void changePassword(
      AuthUserChangePasswordRequest request,
      CallContext call,
      Answer<AuthUserChangePasswordResponse> answer) {
    var user = request.toBuilder().clearPassword();
    Consumer<String> proposal =
        hash ->
            change(
                AuthCommand.newBuilder().setUserChangePassword(user.setHashedPassword(hash)),
                call,
                answer,
                header -> AuthUserChangePasswordResponse.newBuilder().setHeader(header).build());
    if (request.getPassword().isEmpty()) {
      proposal.accept(request.getHashedPassword());
    } else {
      hash(request.getPassword(), call, answer, proposal);
    }
  }

  /** Only for those who may use the hash: it is dear. */
  private void hash(String password, CallContext call, Answer<?> answer, Consumer<String> hashed) {
    if (Passwords.isTooLong(password)) {
      answer.fail(EtcdError.PASSWORD_TOO_LONG);
      return;
    }
    ifAdmin(
        call,
        answer,
        () -> {
          boolean accepted =
              passwords.offer(
                  desk -> {
                    if (!call.isCancelled()) {
                      byte[] hash = desk.hash(password).getBytes(ISO_8859_1);
                      var text = Base64.getEncoder().encodeToString(hash);
                      call.resume(() -> hashed.accept(text));
                    }
                  });
          if (!accepted) {
            answer.fail(EtcdError.REQUEST_TOO_MANY_REQUESTS);
          }
        });
  }

  /** Who seems to be none here may be one where the log is ahead. */
  private void ifAdmin(CallContext call, Answer<?> answer, Runnable then) {
    access.identify(
        call,
        answer,
        session -> {
          if (session.isAdmin()) {
            then.run();
          } else {
            upToDate(
                call,
                answer,
                () -> access.require(AuthSession::adminRefusal, call, answer, _ -> then.run()));
          }
        });
  }

  private void getUser(
      AuthUserGetRequest request, CallContext call, Answer<AuthUserGetResponse> answer) {
    ask(
        session -> session.userRefusal(request.getName()),
        call,
        answer,
        state -> {
          var user = state.users().get(request.getName());
          if (user == null) {
            answer.fail(EtcdError.USER_NOT_FOUND);
          } else {
            answer.success(
                AuthUserGetResponse.newBuilder()
                    .setHeader(header())
                    .addAllRoles(user.roles())
                    .build());
          }
        });
  }

  private void listUsers(
      AuthUserListRequest request, CallContext call, Answer<AuthUserListResponse> answer) {
    ask(
        AuthSession::adminRefusal,
        call,
        answer,
        state ->
            answer.success(
                AuthUserListResponse.newBuilder()
                    .setHeader(header())
                    .addAllUsers(state.users().keySet())
                    .build()));
  }

  // ---- Roles ------------------------------------------------------------------------------------

  private void bindRoles(ServiceBinder binder) {
    binder
        .unary(AuthGrpc.getRoleAddMethod(), AuthRoleAddRequest.parser(), addRole())
        .unary(
            AuthGrpc.getRoleDeleteMethod(),
            AuthRoleDeleteRequest.parser(),
            changing(
                request -> AuthCommand.newBuilder().setRoleDelete(request),
                header -> AuthRoleDeleteResponse.newBuilder().setHeader(header).build()))
        .unary(
            AuthGrpc.getRoleGrantPermissionMethod(),
            AuthRoleGrantPermissionRequest.parser(),
            grantPermission())
        .unary(
            AuthGrpc.getRoleRevokePermissionMethod(),
            AuthRoleRevokePermissionRequest.parser(),
            revokePermission())
        .unary(AuthGrpc.getRoleGetMethod(), AuthRoleGetRequest.parser(), this::getRole)
        .unary(AuthGrpc.getRoleListMethod(), AuthRoleListRequest.parser(), this::listRoles);
  }

  UnaryHandler<AuthRoleAddRequest, AuthRoleAddResponse> addRole() {
    return changing(
        request -> AuthCommand.newBuilder().setRoleAdd(request),
        header -> AuthRoleAddResponse.newBuilder().setHeader(header).build());
  }

  UnaryHandler<AuthRoleGrantPermissionRequest, AuthRoleGrantPermissionResponse> grantPermission() {
    return changing(
        request -> AuthCommand.newBuilder().setRoleGrantPermission(request),
        header -> AuthRoleGrantPermissionResponse.newBuilder().setHeader(header).build());
  }

  UnaryHandler<AuthRoleRevokePermissionRequest, AuthRoleRevokePermissionResponse>
      revokePermission() {
    return changing(
        request -> AuthCommand.newBuilder().setRoleRevokePermission(request),
        header -> AuthRoleRevokePermissionResponse.newBuilder().setHeader(header).build());
  }

  private void getRole(
      AuthRoleGetRequest request, CallContext call, Answer<AuthRoleGetResponse> answer) {
    ask(
        session -> session.roleRefusal(request.getRole()),
        call,
        answer,
        state -> {
          var role = state.roles().get(request.getRole());
          if (role == null) {
            answer.fail(EtcdError.ROLE_NOT_FOUND);
            return;
          }
          var response = AuthRoleGetResponse.newBuilder().setHeader(header());
          if (AuthState.isRootRole(role.name())) { // AU17
            response
                .addPermBuilder()
                .setPermType(Permission.Type.READWRITE)
                .setRangeEnd(ByteString.copyFrom(new byte[1]));
          } else {
            role.permissions().forEach(held -> response.addPerm(AuthCodec.wireOf(held)));
          }
          answer.success(response.build());
        });
  }

  private void listRoles(
      AuthRoleListRequest request, CallContext call, Answer<AuthRoleListResponse> answer) {
    ask(
        AuthSession::adminRefusal,
        call,
        answer,
        state ->
            answer.success(
                AuthRoleListResponse.newBuilder()
                    .setHeader(header())
                    .addAllRoles(state.roles().keySet())
                    .build()));
  }

  // ---- Common -----------------------------------------------------------------------------------

  /** Answers from the users and roles of now, if the caller may hear of it. */
  private void ask(
      Function<AuthSession, Optional<EtcdError>> check,
      CallContext call,
      Answer<?> answer,
      Consumer<AuthState> then) {
    upToDate(
        call,
        answer,
        () -> access.require(check, call, answer, session -> then.accept(session.state())));
  }

  private void upToDate(CallContext call, Answer<?> answer, Runnable then) {
    replica.awaitReadIndex(
        new OfCall<>(
            call,
            outcome ->
                call.resume(
                    () -> {
                      switch (outcome) {
                        case Outcome.Success<Long> _ -> then.run();
                        case Outcome.Failure<Long>(var error) -> answer.fail(error);
                      }
                    })));
  }

  /** A call that is a change and nothing else. */
  private <Q, R> UnaryHandler<Q, R> changing(
      Function<Q, AuthCommand.Builder> wish, Function<ResponseHeader, R> response) {
    return (request, call, answer) -> change(wish.apply(request), call, answer, response);
  }

  private <R> void change(
      AuthCommand.Builder wish,
      CallContext call,
      Answer<R> answer,
      Function<ResponseHeader, R> response) {
    access.identify(
        call,
        answer,
        session -> {
          var command = Access.sign(Command.newBuilder().setAuth(wish), session).build();
          replica.propose(
              command,
              new OfCall<>(call, outcome -> call.resume(() -> changed(outcome, answer, response))));
        });
  }

  private <R> void changed(
      Outcome<ApplyResult> outcome, Answer<R> answer, Function<ResponseHeader, R> response) {
    switch (outcome) {
      case Outcome.Success<ApplyResult>(ApplyResult.AuthDone(var at)) ->
          answer.success(response.apply(headers.at(at)));
      case Outcome.Success<ApplyResult>(ApplyResult.Refused(var error)) -> answer.fail(error);
      case Outcome.Success<ApplyResult>(var other) ->
          throw new IllegalStateException("a change of users came to " + other);
      case Outcome.Failure<ApplyResult>(var error) -> answer.fail(error);
    }
  }

  private ResponseHeader header() {
    return headers.at(revision.getAsLong());
  }
}
