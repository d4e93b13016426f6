package dev.keelson.chaos.history;

/**
 * How a range is read.
 *
 * @param revision 0 for the latest
 * @param limit 0 for all
 * @param serializable whether the member may answer from what it has
 */
public record ReadOptions(
    long revision,
    long limit,
    Order order,
    Sort sort,
    boolean countOnly,
    boolean keysOnly,
    boolean serializable) {
  public static final ReadOptions DEFAULT =
      new ReadOptions(0, 0, Order.NONE, Sort.KEY, false, false, false);

  /** The direction; NONE is by key, ascending. In the order of the wire's numbers. */
  public enum Order {
    NONE,
    ASCEND,
    DESCEND
  }

  /** What is sorted by. In the order of the wire's numbers. */
  public enum Sort {
    KEY,
    VERSION,
    CREATE,
    MOD,
    VALUE
  }

  public ReadOptions {
    if (order == Order.NONE && sort != Sort.KEY) {
      throw new IllegalArgumentException("without an order there is no sorting but by key (R13)");
    }
  }

  public ReadOptions atRevision(long past) {
    return new ReadOptions(past, limit, order, sort, countOnly, keysOnly, serializable);
  }

  public ReadOptions limitedTo(long keys) {
    return new ReadOptions(revision, keys, order, sort, countOnly, keysOnly, serializable);
  }

  public ReadOptions sorted(Order by, Sort target) {
    return new ReadOptions(revision, limit, by, target, countOnly, keysOnly, serializable);
  }

  public ReadOptions onlyCounted() {
    return new ReadOptions(revision, limit, order, sort, true, keysOnly, serializable);
  }

  public ReadOptions withoutValues() {
    return new ReadOptions(revision, limit, order, sort, countOnly, true, serializable);
  }

  public ReadOptions fromOneMember() {
    return new ReadOptions(revision, limit, order, sort, countOnly, keysOnly, true);
  }

  @Override
  public String toString() {
    return (revision == 0 ? "" : " at " + revision)
        + (limit == 0 ? "" : " limit " + limit)
        + (order == Order.NONE ? "" : " by " + sort + " " + order)
        + (countOnly ? " count" : "")
        + (keysOnly ? " keys" : "")
        + (serializable ? " serializable" : "");
  }
}
