package dev.keelson.client;

import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.Compare.CompareTarget;

/** What a {@link Txn} asks of a key before it changes anything. Immutable. */
public final class Condition {
  private final Compare compare;

  private Condition(Compare compare) {
    this.compare = compare;
  }

  public static Chooser<Condition> on(String key) {
    return on(Bytes.of(key));
  }

  public static Chooser<Condition> on(Bytes key) {
    return on(KeyRange.single(key));
  }

  /** Every key of the range must meet it; it holds when there is none. */
  public static Chooser<Condition> on(KeyRange range) {
    return new Plain(range);
  }

  Compare compare() {
    return compare;
  }

  private static final class Plain extends Chooser<Condition> {
    private Plain(KeyRange range) {
      super(range);
    }

    @Override
    Condition chosen(Condition condition) {
      return condition;
    }
  }

  /**
   * Chooses what is compared. A key that does not exist has revision, version and lease 0 and no
   * value, with which no comparison holds.
   *
   * @param <T> where the choice leads
   */
  public abstract static class Chooser<T> {
    private final KeyRange range;

    Chooser(KeyRange range) {
      this.range = range;
    }

    abstract T chosen(Condition condition);

    public T exists() {
      return chosen(CompareTarget.VERSION, CompareResult.GREATER, builder().setVersion(0));
    }

    public T isAbsent() {
      return chosen(CompareTarget.VERSION, CompareResult.EQUAL, builder().setVersion(0));
    }

    /** The key is as it was seen: neither changed nor deleted since. */
    public T isStill(KeyValue seen) {
      return modRevisionIs(seen.modRevision());
    }

    public T valueIs(Bytes value) {
      return chosen(CompareTarget.VALUE, CompareResult.EQUAL, value(value));
    }

    public T valueIs(String value) {
      return valueIs(Bytes.of(value));
    }

    public T valueIsNot(Bytes value) {
      return chosen(CompareTarget.VALUE, CompareResult.NOT_EQUAL, value(value));
    }

    public T valueIsLess(Bytes than) {
      return chosen(CompareTarget.VALUE, CompareResult.LESS, value(than));
    }

    public T valueIsGreater(Bytes than) {
      return chosen(CompareTarget.VALUE, CompareResult.GREATER, value(than));
    }

    public T versionIs(long version) {
      return chosen(CompareTarget.VERSION, CompareResult.EQUAL, builder().setVersion(version));
    }

    public T versionIsLess(long than) {
      return chosen(CompareTarget.VERSION, CompareResult.LESS, builder().setVersion(than));
    }

    public T versionIsGreater(long than) {
      return chosen(CompareTarget.VERSION, CompareResult.GREATER, builder().setVersion(than));
    }

    public T createRevisionIs(long revision) {
      return chosen(
          CompareTarget.CREATE, CompareResult.EQUAL, builder().setCreateRevision(revision));
    }

    public T createRevisionIsLess(long than) {
      return chosen(CompareTarget.CREATE, CompareResult.LESS, builder().setCreateRevision(than));
    }

    public T createRevisionIsGreater(long than) {
      return chosen(CompareTarget.CREATE, CompareResult.GREATER, builder().setCreateRevision(than));
    }

    public T modRevisionIs(long revision) {
      return chosen(CompareTarget.MOD, CompareResult.EQUAL, builder().setModRevision(revision));
    }

    public T modRevisionIsLess(long than) {
      return chosen(CompareTarget.MOD, CompareResult.LESS, builder().setModRevision(than));
    }

    public T modRevisionIsGreater(long than) {
      return chosen(CompareTarget.MOD, CompareResult.GREATER, builder().setModRevision(than));
    }

    public T leaseIs(long lease) {
      return chosen(CompareTarget.LEASE, CompareResult.EQUAL, builder().setLease(lease));
    }

    public T leaseIsNot(long lease) {
      return chosen(CompareTarget.LEASE, CompareResult.NOT_EQUAL, builder().setLease(lease));
    }

    private Compare.Builder builder() {
      return Compare.newBuilder().setKey(Namespace.first(range)).setRangeEnd(Namespace.end(range));
    }

    private Compare.Builder value(Bytes value) {
      return builder().setValue(value.toByteString());
    }

    private T chosen(CompareTarget target, CompareResult result, Compare.Builder compare) {
      return chosen(new Condition(compare.setTarget(target).setResult(result).build()));
    }
  }
}
