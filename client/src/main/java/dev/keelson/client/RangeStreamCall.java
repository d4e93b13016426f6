package dev.keelson.client;

import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RangeStreamResponse;
import dev.keelson.api.status.StatusCode;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One RangeStream call, read by one thread: a message is asked for when the one before was taken,
 * so that the server waits for a slow reader.
 */
final class RangeStreamCall implements AutoCloseable {
  /** What came: a message, or the end. */
  private sealed interface Arrival {
    record Message(RangeResponse response) implements Arrival {}

    record End(Status status) implements Arrival {}
  }

  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final ClientCall<RangeRequest, RangeStreamResponse> call;
  private final Calls calls;
  private final Endpoint endpoint;
  private final Duration timeout;

  private RangeStreamCall(Calls calls, Endpoint endpoint, Duration timeout) {
    this.calls = calls;
    this.endpoint = endpoint;
    this.timeout = timeout;
    this.call = endpoint.channel().newCall(KVGrpc.getRangeStreamMethod(), CallOptions.DEFAULT);
  }

  /**
   * Starts the stream.
   *
   * @param timeout of each message
   */
  static RangeStreamCall open(Calls calls, RangeRequest request, Duration timeout) {
    if (calls.isClosed()) {
      throw new ClientClosedException();
    }
    var opened = new RangeStreamCall(calls, calls.pool().next(), timeout);
    opened.start(request, calls.awaitToken());
    return opened;
  }

  private void start(RangeRequest request, String token) {
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(RangeStreamResponse message) {
            arrivals.add(new Arrival.Message(message.getRangeResponse()));
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            arrivals.add(new Arrival.End(status));
          }
        },
        Calls.headers(token, true));
    call.sendMessage(request);
    call.halfClose();
    call.request(1);
  }

  /** The next message, or nothing at the end. */
  Optional<RangeResponse> next() {
    Arrival arrival;
    try {
      arrival = arrivals.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException(StatusCode.CANCELLED, "interrupted");
    }
    if (arrival == null) {
      endpoint.failed(calls.loop().nanoTime());
      throw new UnavailableException(
          StatusCode.DEADLINE_EXCEEDED, "nothing more of the range came within " + timeout);
    }
    if (arrival instanceof Arrival.Message message) {
      call.request(1);
      return Optional.of(message.response());
    }
    Status status = ((Arrival.End) arrival).status();
    if (status.isOk()) {
      return Optional.empty();
    }
    KeelsonException failure = Failures.of(status, CallKind.LINEARIZABLE_READ, true);
    if (failure instanceof UnavailableException) {
      endpoint.failed(calls.loop().nanoTime());
    }
    throw failure;
  }

  @Override
  public void close() {
    call.cancel("the reader has enough", null);
  }
}
