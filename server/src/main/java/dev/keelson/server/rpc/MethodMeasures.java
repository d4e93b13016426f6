package dev.keelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** What is counted of one method's calls. Thread-safe. */
public final class MethodMeasures {
  private static final int CODES = Status.Code.values().length;

  private final String service;
  private final String name;
  private final String type;
  private final CallMeasures all;
  private final LongAdder started = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder[] handled =
      Stream.generate(LongAdder::new).limit(CODES).toArray(LongAdder[]::new);

  private MethodMeasures(String service, String name, String type, CallMeasures all) {
    this.service = service;
    this.name = name;
    this.type = type;
    this.all = all;
  }

  static MethodMeasures of(String fullName, String type, CallMeasures all) {
    int slash = fullName.lastIndexOf('/');
    return new MethodMeasures(
        fullName.substring(0, slash), fullName.substring(slash + 1), type, all);
  }

  void callStarted() {
    started.increment();
  }

  void messageReceived(int bytes) {
    received.increment();
    all.received(bytes);
  }

  void messageSent(Object message) {
    sent.increment();
    switch (message) {
      case MessageLite protobuf -> all.sent(protobuf.getSerializedSize()); // kept in the message
      case WatchAnswer answer -> all.sent(answer.size());
      default -> {} // no other kind of answer exists, but for tests
    }
  }

  void callEnded(Status.Code code) {
    handled[code.value()].increment();
  }

  public String service() {
    return service;
  }

  public String name() {
    return name;
  }

  /** As etcd's gRPC library calls it: {@code unary}, {@code bidi_stream}, ... */
  public String type() {
    return type;
  }

  public long started() {
    return started.sum();
  }

  /** Messages of clients. */
  public long received() {
    return received.sum();
  }

  /** Messages to clients. */
  public long sent() {
    return sent.sum();
  }

  /** Calls that ended with the status of this number. */
  public long handled(int code) {
    return handled[code].sum();
  }
}
