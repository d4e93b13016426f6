package dev.keelson.client;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A subscriber that keeps all it is told and asks for as much as the test says. */
final class Collected implements Flow.Subscriber<Changes> {
  private final Queue<Changes> told = new ConcurrentLinkedQueue<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
  private final AtomicInteger completions = new AtomicInteger();
  private final long initialDemand;

  Collected(long initialDemand) {
    this.initialDemand = initialDemand;
  }

  /** Everything, as it comes. */
  static Collected all() {
    return new Collected(Long.MAX_VALUE);
  }

  void request(long count) {
    subscription.get().request(count);
  }

  void cancel() {
    subscription.get().cancel();
  }

  List<Changes> told() {
    return List.copyOf(told);
  }

  /** Each change as {@code key=value} or {@code -key}. */
  List<String> lines() {
    return told.stream().flatMap(changes -> changes.changes().stream()).map(this::line).toList();
  }

  private String line(Change change) {
    return change.current().map(kv -> kv.key() + "=" + kv.text()).orElse("-" + change.key());
  }

  List<Long> revisions() {
    return told.stream().map(Changes::revision).toList();
  }

  Throwable failure() {
    return failure.get();
  }

  int completions() {
    return completions.get();
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription.set(given);
    if (initialDemand > 0) {
      given.request(initialDemand);
    }
  }

  @Override
  public void onNext(Changes changes) {
    told.add(changes);
  }

  @Override
  public void onError(Throwable cause) {
    failure.set(cause);
  }

  @Override
  public void onComplete() {
    completions.incrementAndGet();
  }
}
