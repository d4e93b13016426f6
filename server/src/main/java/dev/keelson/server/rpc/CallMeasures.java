package dev.keelson.server.rpc;

import java.util.Collection;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;

/** What is counted of calls, by method. Thread-safe; made for many writers and a rare reader. */
public final class CallMeasures {
  private final ConcurrentSkipListMap<String, MethodMeasures> methods =
      new ConcurrentSkipListMap<>();
  private final LongAdder receivedBytes = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();

  private volatile IntSupplier waiting = () -> 0;

  /** Those of one method, which exist from the first time they are asked for. */
  MethodMeasures method(String fullName, String type) {
    return methods.computeIfAbsent(fullName, name -> MethodMeasures.of(name, type, this));
  }

  /** The port is open: this tells how much waits for its threads. */
  void waitingIn(IntSupplier lanes) {
    waiting = lanes;
  }

  void received(int bytes) {
    receivedBytes.add(bytes);
  }

  void sent(int bytes) {
    sentBytes.add(bytes);
  }

  /** Of every method that is served, in the order of their names. */
  public Collection<MethodMeasures> methods() {
    return methods.values();
  }

  /** Point reads and other steps of calls that wait for the threads of the connections. */
  public int waiting() {
    return waiting.getAsInt();
  }

  /** Bytes of the request messages that came. */
  public long receivedBytes() {
    return receivedBytes.sum();
  }

  /** Bytes of the messages that were answered. */
  public long sentBytes() {
    return sentBytes.sum();
  }
}
