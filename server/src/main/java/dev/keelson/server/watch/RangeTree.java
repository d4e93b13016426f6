package dev.keelson.server.watch;

import dev.keelson.raft.Bytes;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Watchers by their ranges of keys: a treap in the order of where ranges begin, in which every
 * subtree knows the furthest end within it. Finding the ranges around a key costs the logarithm of
 * how many ranges there are, for each range found.
 */
final class RangeTree {
  /** Stands for the end of all keys, where an end is meant. */
  static final Bytes INFINITY = Bytes.EMPTY;

  private final RandomGenerator random;
  private @Nullable Node root;

  private static final class Node {
    final Bytes from;
    final Bytes to;
    final long priority;
    final WatcherSet watchers;
    Bytes furthest;
    @Nullable Node left;
    @Nullable Node right;

    Node(Bytes from, Bytes to, long priority, Watcher first) {
      this.from = from;
      this.to = to;
      this.priority = priority;
      this.watchers = new WatcherSet(first);
      this.furthest = to;
    }

    int compareTo(Bytes otherFrom, Bytes otherTo) {
      int byFrom = from.compareTo(otherFrom);
      return byFrom != 0 ? byFrom : to.compareTo(otherTo);
    }

    Node refreshed() {
      furthest = to;
      if (left != null) {
        furthest = later(furthest, left.furthest);
      }
      if (right != null) {
        furthest = later(furthest, right.furthest);
      }
      return this;
    }
  }

  /**
   * @param random for the priorities that keep the tree flat, whatever the ranges are
   */
  RangeTree(RandomGenerator random) {
    this.random = random;
  }

  private static Bytes later(Bytes one, Bytes other) {
    if (one.isEmpty() || other.isEmpty()) {
      return INFINITY;
    }
    return one.compareTo(other) >= 0 ? one : other;
  }

  void add(Bytes from, Bytes to, Watcher watcher) {
    root = add(root, from, to, watcher);
  }

  private Node add(@Nullable Node node, Bytes from, Bytes to, Watcher watcher) {
    if (node == null) {
      return new Node(from, to, random.nextLong(), watcher);
    }
    int order = node.compareTo(from, to);
    if (order == 0) {
      node.watchers.add(watcher);
      return node;
    }
    if (order > 0) {
      var left = add(node.left, from, to, watcher);
      node.left = left;
      return left.priority > node.priority ? rotatedRight(node, left) : node.refreshed();
    }
    var right = add(node.right, from, to, watcher);
    node.right = right;
    return right.priority > node.priority ? rotatedLeft(node, right) : node.refreshed();
  }

  private static Node rotatedRight(Node node, Node left) {
    node.left = left.right;
    left.right = node.refreshed();
    return left.refreshed();
  }

  private static Node rotatedLeft(Node node, Node right) {
    node.right = right.left;
    right.left = node.refreshed();
    return right.refreshed();
  }

  void remove(Bytes from, Bytes to, Watcher watcher) {
    root = remove(root, from, to, watcher);
  }

  private static @Nullable Node remove(@Nullable Node node, Bytes from, Bytes to, Watcher watcher) {
    if (node == null) {
      throw new IllegalStateException("a watcher is missing in its index");
    }
    int order = node.compareTo(from, to);
    if (order > 0) {
      node.left = remove(node.left, from, to, watcher);
    } else if (order < 0) {
      node.right = remove(node.right, from, to, watcher);
    } else {
      node.watchers.remove(watcher);
      if (node.watchers.isEmpty()) {
        return merged(node.left, node.right);
      }
    }
    return node.refreshed();
  }

  /** One tree of two, all of the first before all of the second. */
  private static @Nullable Node merged(@Nullable Node first, @Nullable Node second) {
    if (first == null) {
      return second;
    }
    if (second == null) {
      return first;
    }
    if (first.priority > second.priority) {
      first.right = merged(first.right, second);
      return first.refreshed();
    }
    second.left = merged(first, second.left);
    return second.refreshed();
  }

  /** Names every watcher there is. */
  void forEach(Consumer<Watcher> action) {
    visit(root, action);
  }

  private static void visit(@Nullable Node node, Consumer<Watcher> action) {
    if (node != null) {
      visit(node.left, action);
      node.watchers.forEach(action);
      visit(node.right, action);
    }
  }

  /** Names every watcher whose range contains the key. */
  void forEach(Bytes key, Consumer<Watcher> action) {
    visit(root, key, action);
  }

  private static void visit(@Nullable Node start, Bytes key, Consumer<Watcher> action) {
    var node = start;
    while (node != null && (node.furthest.isEmpty() || key.compareTo(node.furthest) < 0)) {
      visit(node.left, key, action);
      if (node.from.compareTo(key) > 0) {
        return;
      }
      if (node.to.isEmpty() || key.compareTo(node.to) < 0) {
        node.watchers.forEach(action);
      }
      node = node.right;
    }
  }
}
