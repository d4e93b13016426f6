package dev.keelson.server.auth;

import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A role.
 *
 * @param permissions by key, each of other keys than the others
 */
public record Role(String name, List<Permission> permissions) {
  public Role {
    permissions = List.copyOf(permissions);
  }

  /** In place of what was allowed for the same keys. */
  Role granting(Permission permission) {
    var next = new ArrayList<>(permissions);
    next.removeIf(old -> old.hasKeysOf(permission.key(), permission.rangeEnd()));
    next.add(permission);
    next.sort(Permission.ORDER);
    return new Role(name, next);
  }

  /** Empty if nothing is granted for exactly these keys (AU19). */
  Optional<Role> revoking(Bytes key, Bytes rangeEnd) {
    var next = new ArrayList<>(permissions);
    return next.removeIf(old -> old.hasKeysOf(key, rangeEnd))
        ? Optional.of(new Role(name, next))
        : Optional.empty();
  }
}
