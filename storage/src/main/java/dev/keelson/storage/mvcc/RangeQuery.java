package dev.keelson.storage.mvcc;

/**
 * What a Range asks for (data-plane.md section 2). Build one with {@link #all} and the {@code with}
 * methods.
 *
 * @param revision 0 or less for the latest
 * @param limit 0 or less for no limit
 * @param filters bounds on revisions, applied after counting
 */
public record RangeQuery(
    KeyRange range,
    long revision,
    long limit,
    SortOrder order,
    SortTarget target,
    Projection projection,
    RevisionFilters filters) {

  /** R11. */
  public enum SortOrder {
    NONE,
    ASCEND,
    DESCEND
  }

  /** What is compared (R11). */
  public enum SortTarget {
    KEY,
    VERSION,
    CREATE,
    MOD,
    VALUE
  }

  /** How much of each key the answer holds (R9, R14). */
  public enum Projection {
    FULL,
    KEYS_ONLY,
    COUNT_ONLY
  }

  /** R10: 0 is off, any other value is a bound. */
  public record RevisionFilters(long minMod, long maxMod, long minCreate, long maxCreate) {
    public static final RevisionFilters NONE = new RevisionFilters(0, 0, 0, 0);

    public boolean isActive() {
      return (minMod | maxMod | minCreate | maxCreate) != 0;
    }
  }

  /** Every key of the range as it is now, in key order. */
  public static RangeQuery all(KeyRange range) {
    return new RangeQuery(
        range, 0, 0, SortOrder.NONE, SortTarget.KEY, Projection.FULL, RevisionFilters.NONE);
  }

  public RangeQuery withRevision(long newRevision) {
    return new RangeQuery(range, newRevision, limit, order, target, projection, filters);
  }

  public RangeQuery withLimit(long newLimit) {
    return new RangeQuery(range, revision, newLimit, order, target, projection, filters);
  }

  public RangeQuery withProjection(Projection newProjection) {
    return new RangeQuery(range, revision, limit, order, target, newProjection, filters);
  }
}
