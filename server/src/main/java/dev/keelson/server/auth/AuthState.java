package dev.keelson.server.auth;

import dev.keelson.api.status.EtcdError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who may do what, as of one entry of the log. Immutable, but that it remembers what it has found
 * out about a user; what it answers depends on nothing else. Thread-safe.
 */
public final class AuthState {
  /** AU3. */
  public static final AuthState INITIAL =
      new AuthState(false, 1, 0, new TreeMap<>(Names.ORDER), new TreeMap<>(Names.ORDER));

  private final boolean enabled;
  private final long revision;
  private final long version;
  private final NavigableMap<String, User> users;
  private final NavigableMap<String, Role> roles;
  private final Map<String, Rights> rights = new ConcurrentHashMap<>();
  private final AuthSession anonymous = new AuthSession(this, new Caller.Nobody());

  /** Takes the maps over: nobody may change them any more. */
  AuthState(
      boolean enabled,
      long revision,
      long version,
      NavigableMap<String, User> users,
      NavigableMap<String, Role> roles) {
    this.enabled = enabled;
    this.revision = revision;
    this.version = version;
    this.users = Collections.unmodifiableNavigableMap(users);
    this.roles = Collections.unmodifiableNavigableMap(roles);
  }

  public boolean enabled() {
    return enabled;
  }

  /** AU3: what clients see grow. */
  public long revision() {
    return revision;
  }

  /** The entry that made this state: another one for every state of a log. */
  public long version() {
    return version;
  }

  /** By name, ascending (AU14). */
  public NavigableMap<String, User> users() {
    return users;
  }

  /** By name, ascending (AU14). */
  public NavigableMap<String, Role> roles() {
    return roles;
  }

  /** Whether it is the role that may do everything, whatever its record says. */
  public static boolean isRootRole(String name) {
    return name.equals(Names.ROOT);
  }

  /** A call of somebody who has not said who it is. */
  public AuthSession anonymous() {
    return anonymous;
  }

  /** What a caller may do with keys (AU34). */
  public Clearance clearance(Caller caller) {
    if (!enabled) {
      return Clearance.EVERYTHING;
    }
    return switch (caller) {
      case Caller.Member() -> Clearance.EVERYTHING;
      case Caller.Nobody() -> Clearance.nothing(EtcdError.USER_EMPTY);
      case Caller.User(var name, var foundAt) -> ofUser(name, foundAt);
    };
  }

  private Clearance ofUser(String name, long foundAt) {
    if (foundAt < revision) {
      return Clearance.nothing(EtcdError.AUTH_OLD_REVISION);
    }
    var user = users.get(name);
    return user == null
        ? Clearance.nothing(EtcdError.PERMISSION_DENIED)
        : Clearance.of(rightsOf(user));
  }

  /** Why the caller is no administrator; its revision does not matter (AU31, AU35). */
  public Optional<EtcdError> adminRefusal(Caller caller) {
    if (!enabled) {
      return Optional.empty();
    }
    return switch (caller) {
      case Caller.Member() -> Optional.empty();
      case Caller.Nobody() -> Optional.of(EtcdError.USER_EMPTY);
      case Caller.User(var name, _) -> {
        if (name.isEmpty()) {
          yield Optional.of(EtcdError.USER_EMPTY);
        }
        var user = users.get(name);
        if (user == null) {
          yield Optional.of(EtcdError.USER_NOT_FOUND);
        }
        yield user.holds(Names.ROOT) ? Optional.empty() : Optional.of(EtcdError.PERMISSION_DENIED);
      }
    };
  }

  /** Why the caller is nobody; any name will do (AU24). */
  public Optional<EtcdError> somebodyRefusal(Caller caller) {
    return enabled && caller instanceof Caller.Nobody
        ? Optional.of(EtcdError.USER_EMPTY)
        : Optional.empty();
  }

  /** Whether the caller has this name, or holds this role (section 1.8). */
  boolean isOrHolds(Caller caller, String userName, String roleName) {
    if (!(caller instanceof Caller.User(var name, _))) {
      return false;
    }
    var user = users.get(name);
    return user != null && (name.equals(userName) || user.holds(roleName));
  }

  private Rights rightsOf(User user) {
    return rights.computeIfAbsent(user.name(), _ -> computeRights(user));
  }

  private Rights computeRights(User user) {
    var permissions = new ArrayList<Permission>();
    for (var name : user.roles()) {
      var role = roles.get(name);
      permissions.addAll(role == null ? List.of() : role.permissions());
    }
    return Rights.of(user.holds(Names.ROOT), permissions);
  }
}
