package dev.keelson.client;

import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.ResponseOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Several operations as one: when all conditions hold those of {@link #then}, otherwise those of
 * {@link #orElse}; all at one revision, or none. A transaction may stand in a branch of another.
 * Each method gives a changed copy.
 *
 * <pre>{@code
 * var read = Get.key("b");
 * TxnResult result = kv.run(Txn.when("a").modRevisionIs(7).then(Put.of("a", "x")).orElse(read));
 * }</pre>
 */
public final class Txn extends Op<TxnResult> {
  private final List<Condition> conditions;
  private final List<Op<?>> success;
  private final List<Op<?>> failure;

  private Txn(List<Condition> conditions, List<Op<?>> success, List<Op<?>> failure) {
    this.conditions = conditions;
    this.success = success;
    this.failure = failure;
  }

  /** Begins with a condition on a key. */
  public static ConditionStep when(String key) {
    return when(Bytes.of(key));
  }

  public static ConditionStep when(Bytes key) {
    return when(KeyRange.single(key));
  }

  /** A condition that every key of the range must meet; it holds when there is none. */
  public static ConditionStep when(KeyRange range) {
    return new ConditionStep(of(), range);
  }

  public static Txn when(Condition... conditions) {
    return new Txn(List.of(conditions), List.of(), List.of());
  }

  /** Without a condition: all of these at one revision. */
  public static Txn of(Op<?>... operations) {
    return new Txn(List.of(), List.of(operations), List.of());
  }

  /** One more condition. */
  public ConditionStep and(String key) {
    return and(Bytes.of(key));
  }

  public ConditionStep and(Bytes key) {
    return and(KeyRange.single(key));
  }

  public ConditionStep and(KeyRange range) {
    return new ConditionStep(this, range);
  }

  public Txn and(Condition condition) {
    return new Txn(join(conditions, Stream.of(condition)), success, failure);
  }

  /** What is done when all conditions hold, after what was said so before. */
  public Txn then(Op<?>... operations) {
    return new Txn(conditions, join(success, Stream.of(operations)), failure);
  }

  /** What is done otherwise. */
  public Txn orElse(Op<?>... operations) {
    return new Txn(conditions, success, join(failure, Stream.of(operations)));
  }

  TxnRequest message(Namespace namespace) {
    var message = TxnRequest.newBuilder();
    conditions.forEach(one -> message.addCompare(namespace.outward(one.compare())));
    success.forEach(one -> message.addSuccess(one.request(namespace)));
    failure.forEach(one -> message.addFailure(one.request(namespace)));
    return message.build();
  }

  TxnResult result(TxnResponse response, Namespace namespace) {
    List<Op<?>> done = response.getSucceeded() ? success : failure;
    var results = new ArrayList<TxnResult.Done>();
    for (int i = 0; i < done.size(); i++) {
      Op<?> one = done.get(i);
      results.add(new TxnResult.Done(one, one.result(response.getResponses(i), namespace)));
    }
    return new TxnResult(response.getHeader().getRevision(), response.getSucceeded(), results);
  }

  @Override
  RequestOp request(Namespace namespace) {
    return RequestOp.newBuilder().setRequestTxn(message(namespace)).build();
  }

  @Override
  TxnResult result(ResponseOp response, Namespace namespace) {
    return result(response.getResponseTxn(), namespace);
  }

  @Override
  boolean isRead() {
    return Stream.concat(success.stream(), failure.stream()).allMatch(Op::isRead);
  }

  private static <T> List<T> join(List<T> some, Stream<? extends T> more) {
    return Stream.<T>concat(some.stream(), more).toList();
  }

  /** A condition without what it compares with, yet. */
  public static final class ConditionStep extends Condition.Chooser<Txn> {
    private final Txn txn;

    private ConditionStep(Txn txn, KeyRange range) {
      super(range);
      this.txn = txn;
    }

    @Override
    Txn chosen(Condition condition) {
      return txn.and(condition);
    }
  }
}
