package dev.keelson.server.auth;

import dev.keelson.api.command.AuthCommand;
import dev.keelson.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.keelson.api.etcdserverpb.AuthUserAddRequest;
import dev.keelson.api.etcdserverpb.AuthUserChangePasswordRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import dev.keelson.server.auth.AuthOutcome.TokenEffect;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What commands do to users, roles and permissions (AU6 to AU19): a function of the state, the
 * command and its place in the log. One instance serves one command.
 */
public final class AuthChanges {
  private static final TokenEffect KEEP = new TokenEffect.None();
  private static final Bytes OPEN_END = Bytes.wrap(new byte[1]);

  private final AuthState state;
  private final long index;

  private AuthChanges(AuthState state, long index) {
    this.state = state;
    this.index = index;
  }

  /**
   * Runs one command.
   *
   * @param index of its entry, which names the state that comes of it
   */
  public static AuthOutcome apply(AuthState state, AuthCommand command, Caller caller, long index) {
    if (command.hasLogin()) {
      return new AuthChanges(state, index).logIn(command.getLogin()); // AU28: asks for no right
    }
    return state
        .adminRefusal(caller)
        .<AuthOutcome>map(AuthOutcome.Refused::new)
        .orElseGet(() -> new AuthChanges(state, index).run(command));
  }

  private AuthOutcome run(AuthCommand command) {
    return switch (command.getChangeCase()) {
      case ENABLE -> enable();
      case DISABLE -> disable();
      case USER_ADD -> addUser(command.getUserAdd());
      case USER_DELETE -> deleteUser(command.getUserDelete().getName());
      case USER_CHANGE_PASSWORD -> changePassword(command.getUserChangePassword());
      case USER_GRANT_ROLE ->
          grantRole(command.getUserGrantRole().getUser(), command.getUserGrantRole().getRole());
      case USER_REVOKE_ROLE ->
          revokeRole(command.getUserRevokeRole().getName(), command.getUserRevokeRole().getRole());
      case ROLE_ADD -> addRole(command.getRoleAdd().getName());
      case ROLE_DELETE -> deleteRole(command.getRoleDelete().getRole());
      case ROLE_GRANT_PERMISSION -> grantPermission(command.getRoleGrantPermission());
      case ROLE_REVOKE_PERMISSION -> revokePermission(command.getRoleRevokePermission());
      case LOGIN, CHANGE_NOT_SET ->
          throw new IllegalStateException(
              "a committed command about users is of a kind that this version does not know");
    };
  }

  // ---- On and off (1.2) -------------------------------------------------------------------------

  private AuthOutcome enable() {
    if (state.enabled()) {
      return new AuthOutcome.Unchanged();
    }
    var root = state.users().get(Names.ROOT);
    if (root == null) {
      return refuse(EtcdError.ROOT_USER_NOT_EXIST);
    }
    if (!root.holds(Names.ROOT)) {
      return refuse(EtcdError.ROOT_ROLE_NOT_EXIST);
    }
    // AU3: this one step clients do not see grow.
    return new AuthOutcome.Changed(
        new AuthState(true, state.revision(), index, users(), roles()), KEEP);
  }

  private AuthOutcome disable() {
    if (!state.enabled()) {
      return new AuthOutcome.Unchanged();
    }
    return new AuthOutcome.Changed(
        new AuthState(false, state.revision() + 1, index, users(), roles()),
        new TokenEffect.EndAll());
  }

  private AuthOutcome logIn(AuthCommand.Login login) {
    if (!state.enabled()) {
      return refuse(EtcdError.AUTH_NOT_ENABLED);
    }
    if (state.revision() != login.getAuthRevision()) {
      return new AuthOutcome.Outdated();
    }
    return new AuthOutcome.LoggedIn(
        login.getUser(), login.getTokenPrefix() + "." + Long.toUnsignedString(index));
  }

  // ---- Users (1.3) ------------------------------------------------------------------------------

  private AuthOutcome addUser(AuthUserAddRequest request) {
    var name = request.getName();
    if (name.isEmpty()) {
      return refuse(EtcdError.USER_EMPTY);
    }
    if (state.users().containsKey(name)) {
      return refuse(EtcdError.USER_ALREADY_EXIST);
    }
    boolean noPassword = request.getOptions().getNoPassword();
    var hash = noPassword ? Optional.of("") : decoded(request.getHashedPassword());
    return hash.isEmpty()
        ? refuse(EtcdError.NO_PASSWORD_USER)
        : with(new User(name, hash.get(), noPassword, List.of()), KEEP);
  }

  private AuthOutcome deleteUser(String name) {
    if (state.enabled() && name.equals(Names.ROOT)) {
      return refuse(EtcdError.INVALID_AUTH_MGMT); // AU12
    }
    if (!state.users().containsKey(name)) {
      return refuse(EtcdError.USER_NOT_FOUND);
    }
    var users = users();
    users.remove(name);
    return changed(users, roles(), new TokenEffect.EndUser(name));
  }

  /** AU13. */
  private AuthOutcome changePassword(AuthUserChangePasswordRequest request) {
    var user = state.users().get(request.getName());
    if (user == null) {
      return refuse(EtcdError.USER_NOT_FOUND);
    }
    var hash = user.noPassword() ? Optional.of("") : decoded(request.getHashedPassword());
    return hash.isEmpty()
        ? refuse(EtcdError.NO_PASSWORD_USER)
        : with(user.withHash(hash.get()), new TokenEffect.EndUser(user.name()));
  }

  private static Optional<String> decoded(String base64) {
    try {
      return Optional.of(
          new String(Base64.getDecoder().decode(base64), StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** AU15: role root need not exist (AU6). */
  private AuthOutcome grantRole(String userName, String role) {
    var user = state.users().get(userName);
    if (user == null) {
      return refuse(EtcdError.USER_NOT_FOUND);
    }
    if (!role.equals(Names.ROOT) && !state.roles().containsKey(role)) {
      return refuse(EtcdError.ROLE_NOT_FOUND);
    }
    return user.holds(role) ? new AuthOutcome.Unchanged() : with(user.with(role), KEEP);
  }

  private AuthOutcome revokeRole(String userName, String role) {
    if (state.enabled() && userName.equals(Names.ROOT) && role.equals(Names.ROOT)) {
      return refuse(EtcdError.INVALID_AUTH_MGMT);
    }
    var user = state.users().get(userName);
    if (user == null) {
      return refuse(EtcdError.USER_NOT_FOUND);
    }
    return user.holds(role) ? with(user.without(role), KEEP) : refuse(EtcdError.ROLE_NOT_GRANTED);
  }

  // ---- Roles (1.4) ------------------------------------------------------------------------------

  private AuthOutcome addRole(String name) {
    if (name.isEmpty()) {
      return refuse(EtcdError.ROLE_EMPTY);
    }
    return state.roles().containsKey(name)
        ? refuse(EtcdError.ROLE_ALREADY_EXIST)
        : with(new Role(name, List.of()));
  }

  /** AU16: nobody holds it afterwards. */
  private AuthOutcome deleteRole(String name) {
    if (state.enabled() && name.equals(Names.ROOT)) {
      return refuse(EtcdError.INVALID_AUTH_MGMT);
    }
    if (!state.roles().containsKey(name)) {
      return refuse(EtcdError.ROLE_NOT_FOUND);
    }
    var roles = roles();
    roles.remove(name);
    var users = users();
    users.replaceAll((_, user) -> user.holds(name) ? user.without(name) : user);
    return changed(users, roles, KEEP);
  }

  /** AU18. */
  private AuthOutcome grantPermission(AuthRoleGrantPermissionRequest request) {
    if (!request.hasPerm()) {
      return refuse(EtcdError.PERMISSION_NOT_GIVEN);
    }
    var permission = AuthCodec.permissionOf(request.getPerm());
    if (request.getPerm().getPermType() == dev.keelson.api.authpb.Permission.Type.UNRECOGNIZED
        || !isValid(permission)) {
      return refuse(EtcdError.INVALID_AUTH_MGMT);
    }
    var role = state.roles().get(request.getName());
    return role == null ? refuse(EtcdError.ROLE_NOT_FOUND) : with(role.granting(permission));
  }

  private static boolean isValid(Permission permission) {
    var key = permission.key();
    var end = permission.rangeEnd();
    return !key.isEmpty() && (end.isEmpty() || end.equals(OPEN_END) || key.compareTo(end) < 0);
  }

  private AuthOutcome revokePermission(AuthRoleRevokePermissionRequest request) {
    var role = state.roles().get(request.getRole());
    if (role == null) {
      return refuse(EtcdError.ROLE_NOT_FOUND);
    }
    return role.revoking(
            Bytes.wrap(request.getKey().toByteArray()),
            Bytes.wrap(request.getRangeEnd().toByteArray()))
        .map(this::with)
        .orElseGet(() -> refuse(EtcdError.PERMISSION_NOT_GRANTED));
  }

  // ---- The next state ---------------------------------------------------------------------------

  private AuthOutcome with(User user, TokenEffect tokens) {
    var users = users();
    users.put(user.name(), user);
    return changed(users, roles(), tokens);
  }

  private AuthOutcome with(Role role) {
    var roles = roles();
    roles.put(role.name(), role);
    return changed(users(), roles, KEEP);
  }

  private AuthOutcome changed(
      NavigableMap<String, User> users, NavigableMap<String, Role> roles, TokenEffect tokens) {
    return new AuthOutcome.Changed(
        new AuthState(state.enabled(), state.revision() + 1, index, users, roles), tokens);
  }

  private NavigableMap<String, User> users() {
    return new TreeMap<>(state.users());
  }

  private NavigableMap<String, Role> roles() {
    return new TreeMap<>(state.roles());
  }

  private static AuthOutcome refuse(EtcdError error) {
    return new AuthOutcome.Refused(error);
  }
}
