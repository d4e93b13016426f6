package dev.keelson.server.auth;

import dev.keelson.api.status.EtcdError;
import java.util.Optional;

/** A caller, judged by one state of users and roles. */
public record AuthSession(AuthState state, Caller caller) {
  public Clearance clearance() {
    return state.clearance(caller);
  }

  public Optional<EtcdError> adminRefusal() {
    return state.adminRefusal(caller);
  }

  public Optional<EtcdError> somebodyRefusal() {
    return state.somebodyRefusal(caller);
  }

  /** Whether the lease's keys do not matter (section 1.8: admin or ...). */
  public boolean isAdmin() {
    return adminRefusal().isEmpty();
  }

  /** UserGet: an administrator, or the user itself. */
  public Optional<EtcdError> userRefusal(String name) {
    return state.isOrHolds(caller, name, "") ? Optional.empty() : adminRefusal();
  }

  /** RoleGet: an administrator, or one who holds the role. */
  public Optional<EtcdError> roleRefusal(String name) {
    return state.isOrHolds(caller, "", name) ? Optional.empty() : adminRefusal();
  }
}
