package dev.keelson.server.auth;

import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.List;

/** What one user may do with keys, all its roles together (AU36). */
final class Rights {
  private final boolean root;
  private final KeySpans readable;
  private final KeySpans writable;

  private Rights(boolean root, KeySpans readable, KeySpans writable) {
    this.root = root;
    this.readable = readable;
    this.writable = writable;
  }

  static Rights of(boolean root, List<Permission> permissions) {
    var readable = new ArrayList<KeySpan>();
    var writable = new ArrayList<KeySpan>();
    for (var permission : permissions) {
      var span = KeySpan.of(permission.key(), permission.rangeEnd());
      if (permission.kind().reads()) {
        readable.add(span);
      }
      if (permission.kind().writes()) {
        writable.add(span);
      }
    }
    return new Rights(root, KeySpans.of(readable), KeySpans.of(writable));
  }

  /** Holds the role root, whatever the user's name (AU35). */
  boolean isRoot() {
    return root;
  }

  boolean mayRead(Bytes key, Bytes rangeEnd) {
    return root || readable.cover(key, rangeEnd);
  }

  boolean mayWrite(Bytes key, Bytes rangeEnd) {
    return root || writable.cover(key, rangeEnd);
  }
}
