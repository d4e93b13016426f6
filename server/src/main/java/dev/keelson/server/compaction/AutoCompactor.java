package dev.keelson.server.compaction;

import dev.keelson.api.command.Caller;
import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.config.ServerConfig.AutoCompaction;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.server.time.Clock;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import dev.keelson.storage.work.Workers;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worker that compacts by a rule while its member leads ("keelson-autocompact", C12). */
public final class AutoCompactor implements Round, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AutoCompactor.class);

  private final CompactionRule rule;
  private final Replica replica;
  private final LongSupplier revision;
  private final Clock clock;
  private final Consumer<Throwable> failed;
  // What the log has answered, taken up at the next step.
  private final ConcurrentLinkedQueue<Long> done = new ConcurrentLinkedQueue<>();
  private final Worker worker;
  private volatile boolean underWay;
  private long nextNanos;

  AutoCompactor(
      CompactionRule rule,
      Replica replica,
      LongSupplier revision,
      Clock clock,
      Consumer<Throwable> failed,
      Worker worker) {
    this.rule = rule;
    this.replica = replica;
    this.revision = revision;
    this.clock = clock;
    this.failed = failed;
    this.nextNanos = clock.nanoTime();
    this.worker = worker;
  }

  /**
   * Starts a compactor.
   *
   * @param revision R
   * @param failed hears why the worker ended before it was closed
   * @return what ends it
   */
  public static AutoCloseable start(
      AutoCompaction setting,
      Replica replica,
      LongSupplier revision,
      Clock clock,
      Consumer<Throwable> failed,
      Workers workers) {
    return switch (setting) {
      case AutoCompaction.Off _ -> () -> {};
      case AutoCompaction.Periodic(var nanos) ->
          started(
              new PeriodicRule(nanos, clock.nanoTime()), replica, revision, clock, failed, workers);
      case AutoCompaction.Revisions(var count) ->
          started(new RevisionRule(count), replica, revision, clock, failed, workers);
    };
  }

  private static AutoCompactor started(
      CompactionRule rule,
      Replica replica,
      LongSupplier revision,
      Clock clock,
      Consumer<Throwable> failed,
      Workers workers) {
    var worker = workers.worker("keelson-autocompact");
    var compactor = new AutoCompactor(rule, replica, revision, clock, failed, worker);
    worker.start(compactor);
    return compactor;
  }

  @Override
  public long run() {
    step();
    return Math.max(1, nextNanos - clock.nanoTime());
  }

  @Override
  public boolean hasWork() {
    return false;
  }

  @Override
  public void failed(Throwable cause) {
    failed.accept(cause);
  }

  /** Asks the rule if its time has come. */
  void step() {
    long now = clock.nanoTime();
    for (var compacted = done.poll(); compacted != null; compacted = done.poll()) {
      rule.compacted(now, compacted);
    }
    if (now - nextNanos < 0) {
      return;
    }
    nextNanos = now + rule.periodNanos();
    var due = rule.due(now, revision.getAsLong());
    if (due.isPresent() && replica.status().isLeader() && !underWay) {
      compact(due.getAsLong());
    }
  }

  private void compact(long target) {
    underWay = true;
    var request = CompactionRequest.newBuilder().setRevision(target);
    replica.propose(
        Command.newBuilder()
            .setCompaction(request)
            .setCaller(Caller.newBuilder().setMember(true))
            .build(),
        outcome -> {
          underWay = false;
          switch (outcome) {
            case Outcome.Success<ApplyResult>(ApplyResult.Refused(var error))
                when error != EtcdError.COMPACTED ->
                log.warn("auto-compaction refused revision={} reason={}", target, error);
            case Outcome.Success<ApplyResult> _ -> {
              log.info("auto-compacted revision={}", target);
              done.add(target);
            }
            case Outcome.Failure<ApplyResult>(var error) ->
                log.warn("auto-compaction failed revision={} reason={}", target, error);
          }
        });
  }

  @Override
  public void close() {
    worker.close();
  }
}
