package dev.keelson.server.auth;

import dev.keelson.raft.Bytes;
import java.util.Comparator;

/**
 * What a role allows, on which keys. The keys are its identity: a second grant of the same keys
 * replaces the first (AU18).
 *
 * @param rangeEnd empty for the key alone, a zero byte for all keys from it on
 */
public record Permission(Kind kind, Bytes key, Bytes rangeEnd) {
  static final Comparator<Permission> ORDER =
      Comparator.comparing(Permission::key).thenComparing(Permission::rangeEnd);

  /** Writing does not include reading (AU36). */
  public enum Kind {
    READ,
    WRITE,
    READWRITE;

    boolean reads() {
      return this != WRITE;
    }

    boolean writes() {
      return this != READ;
    }
  }

  boolean hasKeysOf(Bytes otherKey, Bytes otherEnd) {
    return key.equals(otherKey) && rangeEnd.equals(otherEnd);
  }
}
