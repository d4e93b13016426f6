package dev.keelson.storage.mvcc.engine;

import java.util.Arrays;
import java.util.Optional;

/**
 * A sorted map of byte strings, unsigned order. Immutable: a change copies the path to it and
 * shares the rest, so that keeping an old version costs nothing but what has changed since. A
 * B-tree, all leaves at one depth. Keys and values are shared, never written to.
 */
final class ByteTree {
  static final ByteTree EMPTY = new ByteTree(new Leaf(new byte[0][], new byte[0][]));

  private static final int MAX_WIDTH = 32;
  private static final int MIN_WIDTH = MAX_WIDTH / 4;

  private final Node root;

  private ByteTree(Node root) {
    this.root = root;
  }

  /** Bytes of all keys and values. */
  long bytes() {
    return root.bytes();
  }

  Optional<byte[]> get(byte[] key) {
    Node node = root;
    while (node instanceof Inner inner) {
      node = inner.children[inner.childFor(key)];
    }
    var leaf = (Leaf) node;
    int at = Arrays.binarySearch(leaf.keys, key, Arrays::compareUnsigned);
    return at < 0 ? Optional.empty() : Optional.of(leaf.values[at]);
  }

  ByteTree put(byte[] key, byte[] value) {
    Node[] made = root.put(key, value);
    return new ByteTree(made.length == 1 ? made[0] : new Inner(made));
  }

  ByteTree remove(byte[] key) {
    Node left = root.remove(key);
    while (left instanceof Inner inner && inner.children.length == 1) {
      left = inner.children[0];
    }
    return left == root ? this : new ByteTree(left.width() == 0 ? EMPTY.root : left);
  }

  Walk walk() {
    return new Walk(root);
  }

  /** A place between two entries, which moves up. By one thread. */
  static final class Walk {
    private final Node root;
    private Inner[] path = new Inner[4];
    private int[] turns = new int[4];
    private int depth;
    private Leaf leaf;
    private int at;

    private Walk(Node root) {
      this.root = root;
      this.leaf = (Leaf) EMPTY.root;
    }

    /** Goes to the first entry at or after the key; false if there is none. */
    boolean seek(byte[] key) {
      depth = 0;
      Node node = root;
      while (node instanceof Inner inner) {
        int child = inner.childFor(key);
        push(inner, child);
        node = inner.children[child];
      }
      leaf = (Leaf) node;
      int found = Arrays.binarySearch(leaf.keys, key, Arrays::compareUnsigned);
      at = found >= 0 ? found : -found - 1;
      return at < leaf.keys.length || nextLeaf();
    }

    /** Goes to the entry after this one. */
    boolean next() {
      at++;
      return at < leaf.keys.length || nextLeaf();
    }

    byte[] key() {
      return leaf.keys[at];
    }

    byte[] value() {
      return leaf.values[at];
    }

    private boolean nextLeaf() {
      while (depth > 0 && turns[depth - 1] + 1 == path[depth - 1].children.length) {
        depth--;
      }
      if (depth == 0) {
        return false;
      }
      turns[depth - 1]++;
      Node node = path[depth - 1].children[turns[depth - 1]];
      while (node instanceof Inner inner) {
        push(inner, 0);
        node = inner.children[0];
      }
      leaf = (Leaf) node;
      at = 0;
      return true;
    }

    private void push(Inner inner, int child) {
      if (depth == path.length) {
        path = Arrays.copyOf(path, depth * 2);
        turns = Arrays.copyOf(turns, depth * 2);
      }
      path[depth] = inner;
      turns[depth] = child;
      depth++;
    }
  }

  private sealed interface Node {
    int width();

    long bytes();

    /** The lowest key below. */
    byte[] low();

    /** What takes this node's place: itself changed, or two. */
    Node[] put(byte[] key, byte[] value);

    /** What takes this node's place: this one if it has no such key; it may be empty. */
    Node remove(byte[] key);

    /** One or two nodes with what both have, this one's first. */
    Node[] joinedWith(Node right);
  }

  /** Where to cut a node that is too wide: what is only appended to leaves full nodes behind. */
  private static int cut(int width, boolean appended) {
    return appended ? width - 1 : width / 2;
  }

  private static final class Leaf implements Node {
    private final byte[][] keys;
    private final byte[][] values;
    private final long bytes;

    Leaf(byte[][] keys, byte[][] values) {
      this.keys = keys;
      this.values = values;
      long sum = 0;
      for (int i = 0; i < keys.length; i++) {
        sum += keys[i].length + (long) values[i].length;
      }
      this.bytes = sum;
    }

    @Override
    public int width() {
      return keys.length;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public byte[] low() {
      return keys[0];
    }

    @Override
    public Node[] put(byte[] key, byte[] value) {
      int found = Arrays.binarySearch(keys, key, Arrays::compareUnsigned);
      if (found >= 0) {
        byte[][] replaced = values.clone();
        replaced[found] = value;
        return new Node[] {new Leaf(keys, replaced)};
      }
      int at = -found - 1;
      byte[][] moreKeys = inserted(keys, at, key);
      byte[][] moreValues = inserted(values, at, value);
      return halves(moreKeys, moreValues, at == keys.length);
    }

    @Override
    public Node remove(byte[] key) {
      int found = Arrays.binarySearch(keys, key, Arrays::compareUnsigned);
      return found < 0 ? this : new Leaf(without(keys, found), without(values, found));
    }

    @Override
    public Node[] joinedWith(Node right) {
      var other = (Leaf) right;
      return halves(joined(keys, other.keys), joined(values, other.values), false);
    }

    private static Node[] halves(byte[][] keys, byte[][] values, boolean appended) {
      int width = keys.length;
      if (width <= MAX_WIDTH) {
        return new Node[] {new Leaf(keys, values)};
      }
      int cut = cut(width, appended);
      return new Node[] {
        new Leaf(Arrays.copyOf(keys, cut), Arrays.copyOf(values, cut)),
        new Leaf(Arrays.copyOfRange(keys, cut, width), Arrays.copyOfRange(values, cut, width))
      };
    }

    private static byte[][] inserted(byte[][] source, int at, byte[] added) {
      byte[][] result = Arrays.copyOf(source, source.length + 1);
      System.arraycopy(source, at, result, at + 1, source.length - at);
      result[at] = added;
      return result;
    }

    private static byte[][] without(byte[][] source, int at) {
      byte[][] result = Arrays.copyOf(source, source.length - 1);
      System.arraycopy(source, at + 1, result, at, result.length - at);
      return result;
    }

    private static byte[][] joined(byte[][] left, byte[][] right) {
      byte[][] result = Arrays.copyOf(left, left.length + right.length);
      System.arraycopy(right, 0, result, left.length, right.length);
      return result;
    }
  }

  private static final class Inner implements Node {
    private final Node[] children;
    private final byte[][] lows;
    private final long bytes;

    Inner(Node[] children) {
      this.children = children;
      this.lows = new byte[children.length][];
      long sum = 0;
      for (int i = 0; i < children.length; i++) {
        lows[i] = children[i].low();
        sum += children[i].bytes();
      }
      this.bytes = sum;
    }

    @Override
    public int width() {
      return children.length;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public byte[] low() {
      return lows[0];
    }

    /** The child where a key is, or would be. */
    int childFor(byte[] key) {
      int found = Arrays.binarySearch(lows, key, Arrays::compareUnsigned);
      return found >= 0 ? found : Math.max(0, -found - 2);
    }

    @Override
    public Node[] put(byte[] key, byte[] value) {
      int child = childFor(key);
      Node[] made = children[child].put(key, value);
      return halves(replaced(child, 1, made), made.length > 1 && child == children.length - 1);
    }

    @Override
    public Node remove(byte[] key) {
      int child = childFor(key);
      Node left = children[child].remove(key);
      if (left == children[child]) {
        return this;
      }
      if (left.width() == 0) {
        return new Inner(replaced(child, 1, new Node[0]));
      }
      if (left.width() >= MIN_WIDTH || children.length == 1) {
        return new Inner(replaced(child, 1, new Node[] {left}));
      }
      boolean first = child == 0;
      Node[] joined = first ? left.joinedWith(children[1]) : children[child - 1].joinedWith(left);
      return new Inner(replaced(first ? 0 : child - 1, 2, joined));
    }

    @Override
    public Node[] joinedWith(Node right) {
      Node[] others = ((Inner) right).children;
      Node[] all = Arrays.copyOf(children, children.length + others.length);
      System.arraycopy(others, 0, all, children.length, others.length);
      return halves(all, false);
    }

    private static Node[] halves(Node[] children, boolean appended) {
      int width = children.length;
      if (width <= MAX_WIDTH) {
        return new Node[] {new Inner(children)};
      }
      int cut = cut(width, appended);
      return new Node[] {
        new Inner(Arrays.copyOf(children, cut)), new Inner(Arrays.copyOfRange(children, cut, width))
      };
    }

    /** The children with some of them exchanged for others. */
    private Node[] replaced(int from, int count, Node[] made) {
      int width = children.length - count + made.length;
      var result = new Node[width];
      System.arraycopy(children, 0, result, 0, from);
      System.arraycopy(made, 0, result, from, made.length);
      int rest = children.length - from - count;
      System.arraycopy(children, from + count, result, from + made.length, rest);
      return result;
    }
  }
}
