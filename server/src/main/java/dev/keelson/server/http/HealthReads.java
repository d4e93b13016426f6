package dev.keelson.server.http;

import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.AlarmType;
import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import dev.keelson.server.apply.AlarmGate;
import dev.keelson.server.replica.Damage;
import dev.keelson.server.replica.MemberFailure;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.RangeQuery.Projection;
import dev.keelson.storage.mvcc.ReadView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Tries a small read, as proof that this member can. */
public final class HealthReads {
  private static final RangeQuery QUERY =
      RangeQuery.all(new KeyRange.Single(Bytes.wrap("health".getBytes(StandardCharsets.US_ASCII))))
          .withProjection(Projection.KEYS_ONLY);

  private final Replica replica;
  private final Supplier<ReadView> views;
  private final Supplier<List<AlarmMember>> alarms;
  private final MemberFailure failure;
  private final Supplier<Optional<String>> standstill;

  /**
   * Reads of this member.
   *
   * @param alarms those that are raised
   * @param failure hears of damage that a read has found
   * @param standstill why this member cannot serve though it lives; empty if it can
   */
  public HealthReads(
      Replica replica,
      Supplier<ReadView> views,
      Supplier<List<AlarmMember>> alarms,
      MemberFailure failure,
      Supplier<Optional<String>> standstill) {
    this.replica = replica;
    this.views = views;
    this.alarms = alarms;
    this.failure = failure;
    this.standstill = standstill;
  }

  boolean isRaised(AlarmType type) {
    return AlarmGate.isRaised(alarms.get(), type);
  }

  boolean hasLeader() {
    return replica.status().hasLeader();
  }

  boolean isLearner() {
    return replica.status().role() == dev.keelson.raft.Role.LEARNER;
  }

  /** Who gets nowhere that the member cannot be without; empty if all get on. */
  Optional<String> standstill() {
    return standstill.get();
  }

  /** Reads through the quorum; what went wrong, or empty. */
  void linearizable(Executor executor, Consumer<Optional<String>> result) {
    if (!hasLeader()) {
      result.accept(Optional.of(EtcdError.NO_LEADER.message())); // not after the request's time
      return;
    }
    replica.awaitReadIndex(
        outcome ->
            executor.execute(
                () -> {
                  switch (outcome) {
                    case Outcome.Success<Long> _ -> result.accept(serializable());
                    case Outcome.Failure<Long>(var error) ->
                        result.accept(Optional.of(error.message()));
                  }
                }));
  }

  /** Reads from the local store; what went wrong, or empty. */
  Optional<String> serializable() {
    try (var view = views.get()) {
      view.range(QUERY);
      return Optional.empty();
    } catch (RuntimeException e) {
      if (Damage.isShownBy(e)) {
        failure.memberFailed(Thread.currentThread().getName(), e);
      }
      return Optional.of(EtcdError.INTERNAL_ERROR.message());
    }
  }
}
