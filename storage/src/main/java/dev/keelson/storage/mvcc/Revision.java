package dev.keelson.storage.mvcc;

/**
 * The version of one write (M2).
 *
 * @param main one per committed write request; the first is 2
 * @param sub the order of changes inside it, from 0
 */
public record Revision(long main, long sub) implements Comparable<Revision> {
  @Override
  public int compareTo(Revision other) {
    return main != other.main ? Long.compare(main, other.main) : Long.compare(sub, other.sub);
  }
}
