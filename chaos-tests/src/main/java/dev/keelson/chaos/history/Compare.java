package dev.keelson.chaos.history;

import dev.keelson.raft.Bytes;

/**
 * One condition of a transaction (T1 to T5).
 *
 * @param number what is compared with, unless the target is the value
 * @param value what is compared with, if the target is the value
 */
public record Compare(KeyRange range, Target target, Relation relation, long number, Bytes value) {

  /** What of a key is compared, in the order of the wire's numbers. */
  public enum Target {
    VERSION,
    CREATE,
    MOD,
    VALUE,
    LEASE
  }

  /** How the stored stands to the given, in the order of the wire's numbers. */
  public enum Relation {
    EQUAL,
    GREATER,
    LESS,
    NOT_EQUAL
  }

  public static Compare value(Bytes key, Bytes expected) {
    return new Compare(KeyRange.single(key), Target.VALUE, Relation.EQUAL, 0, expected);
  }

  public static Compare modRevision(Bytes key, long revision) {
    return new Compare(KeyRange.single(key), Target.MOD, Relation.EQUAL, revision, Bytes.EMPTY);
  }

  public static Compare createRevision(Bytes key, long revision) {
    return new Compare(KeyRange.single(key), Target.CREATE, Relation.EQUAL, revision, Bytes.EMPTY);
  }

  @Override
  public String toString() {
    return target + "(" + range + ") " + relation + " " + (target == Target.VALUE ? value : number);
  }
}
