package dev.keelson.conformance.store;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A call of streams: requests go out at once, answers are taken one at a time in the order they
 * came. One thread uses it.
 *
 * @param <Q> what is sent
 * @param <R> what is answered
 */
public final class Duplex<Q, R> implements AutoCloseable {
  /** Longer than any answer takes, a request's own 7 s without a leader included. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ClientCall<Q, R> call;
  private final BlockingQueue<Signal<R>> inbox = new LinkedBlockingQueue<>();

  private sealed interface Signal<R> {
    record Message<R>(R message) implements Signal<R> {}

    record Ended<R>(Status status) implements Signal<R> {}
  }

  private Duplex(ClientCall<Q, R> call) {
    this.call = call;
  }

  /** Opens the call and reads whatever comes. */
  public static <Q, R> Duplex<Q, R> open(
      Channel channel, MethodDescriptor<Q, R> method, Metadata headers) {
    Duplex<Q, R> duplex = openUnread(channel, method, headers);
    duplex.readOn();
    return duplex;
  }

  /** The same, but takes nothing off the connection until {@link #read} or {@link #readOn}. */
  static <Q, R> Duplex<Q, R> openUnread(
      Channel channel, MethodDescriptor<Q, R> method, Metadata headers) {
    var duplex = new Duplex<Q, R>(channel.newCall(method, CallOptions.DEFAULT));
    duplex.call.start(duplex.listener(), headers);
    return duplex;
  }

  public void send(Q message) {
    call.sendMessage(message);
  }

  /** No more requests; answers may still come. */
  public void halfClose() {
    call.halfClose();
  }

  void read(int messages) {
    call.request(messages);
  }

  void readOn() {
    call.request(Integer.MAX_VALUE);
  }

  /** The next answer. Fails if the call ends instead, or if nothing comes for long. */
  public R next() {
    return next(PATIENCE)
        .orElseThrow(() -> new CaseFailure("no answer on the stream in " + PATIENCE));
  }

  /** The next answer if one comes within this time. */
  public Optional<R> next(Duration within) {
    Optional<Signal<R>> signal = poll(within);
    if (signal.isEmpty()) {
      return Optional.empty();
    }
    return switch (signal.get()) {
      case Signal.Message<R>(R message) -> Optional.of(message);
      case Signal.Ended<R>(Status status) -> {
        inbox.add(new Signal.Ended<>(status));
        if (status.isOk()) {
          throw new CaseFailure("the stream ended where an answer was due");
        }
        throw status.asRuntimeException();
      }
    };
  }

  /** How the call ended; answers that come before are passed over. */
  public Status end(Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      Signal<R> signal =
          poll(Duration.ofNanos(deadline - System.nanoTime()))
              .orElseThrow(() -> new CaseFailure("the stream did not end in " + within));
      switch (signal) {
        case Signal.Message<R> _ -> {}
        case Signal.Ended<R>(Status status) -> {
          inbox.add(new Signal.Ended<>(status));
          return status;
        }
      }
    }
  }

  @Override
  public void close() {
    call.cancel("no longer needed", null);
  }

  private Optional<Signal<R>> poll(Duration within) {
    try {
      return Optional.ofNullable(inbox.poll(within.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CaseFailure("interrupted");
    }
  }

  private ClientCall.Listener<R> listener() {
    return new ClientCall.Listener<>() {
      @Override
      public void onMessage(R message) {
        inbox.add(new Signal.Message<>(message));
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        inbox.add(new Signal.Ended<>(status));
      }
    };
  }
}
