package dev.keelson.client;

import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One unary call and its attempts, of which there is one at a time. What may have changed something
 * is not attempted again, unless it may be done twice (operations-plane 4.4, LR16).
 */
final class UnaryCall<Q, R, T> {
  private static final int MOST_ATTEMPTS = 100;
  private static final int MOST_TOKENS = 3;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
  private static final int MOST_DOUBLINGS = 4;

  private final Calls calls;
  private final Call<Q, R, T> call;
  private final boolean withToken;
  private final CallFuture<T> future = new CallFuture<>();
  private final ClientObserver.Observation observation;
  private final long started;
  private final long deadline;
  private int attempts;
  private int tokensRefused;
  private volatile @Nullable ClientCall<Q, R> current;
  private volatile boolean aborted;

  UnaryCall(Calls calls, Call<Q, R, T> call, boolean withToken) {
    this.calls = calls;
    this.call = call;
    this.withToken = withToken;
    this.started = calls.loop().nanoTime();
    this.deadline = started + call.timeout().toNanos();
    this.observation = calls.config().observer().callStarted(call.method().getFullMethodName());
    future.onAbort(this::abort);
  }

  CallFuture<T> future() {
    return future;
  }

  void start() {
    if (!withToken || !calls.tokens().isConfigured()) {
      attempt("");
      return;
    }
    var unused =
        calls
            .tokens()
            .current()
            .whenComplete(
                (token, failure) -> {
                  if (failure == null) {
                    attempt(token);
                  } else {
                    fail(failure, "");
                  }
                });
  }

  private void attempt(String token) {
    if (calls.isClosed()) {
      fail(new ClientClosedException(), "");
      return;
    }
    long left = deadline - calls.loop().nanoTime();
    if (left <= 0 || aborted) {
      String why = aborted ? "cancelled before it was sent" : "no time was left to send it";
      fail(new UnavailableException(StatusCode.DEADLINE_EXCEEDED, why), "");
      return;
    }
    attempts++;
    Endpoint endpoint;
    try {
      endpoint =
          call.endpoint() == null ? calls.pool().next() : calls.pool().named(call.endpoint());
    } catch (IllegalArgumentException e) {
      fail(e, ""); // where this runs nobody hears of what is thrown
      return;
    }
    var probe = new SendProbe();
    var options =
        CallOptions.DEFAULT
            .withDeadlineAfter(attemptNanos(left), TimeUnit.NANOSECONDS)
            .withStreamTracerFactory(probe);
    ClientCall<Q, R> attempt = endpoint.channel().newCall(call.method(), options);
    current = attempt;
    attempt.start(
        new Answer(endpoint, probe, token),
        Calls.headers(token, call.kind() == CallKind.LINEARIZABLE_READ));
    attempt.request(2);
    attempt.sendMessage(call.request());
    attempt.halfClose();
    if (aborted) {
      attempt.cancel("cancelled by the caller", null);
    }
  }

  /** Another member gets its chance at a read before the time is over. */
  private long attemptNanos(long left) {
    boolean another = call.kind().isRepeatable() && call.endpoint() == null;
    return another ? Math.min(left, calls.config().timing().readAttempt().toNanos()) : left;
  }

  private void abort() {
    aborted = true;
    ClientCall<Q, R> attempt = current;
    if (attempt != null) {
      attempt.cancel("cancelled by the caller", null);
    }
  }

  private void ended(Status status, @Nullable R response, Answer answer) {
    if (status.isOk() && response != null) {
      answer.endpoint.succeeded();
      succeed(response, answer.endpoint.name());
      return;
    }
    blame(answer.endpoint, status);
    boolean sent = answer.probe.sent;
    if (withToken && refusedToken(status, answer.token)) {
      start();
    } else if (mayRepeat(status, sent)) {
      calls.loop().after(pause(), this::start);
    } else {
      fail(Failures.of(status, call.kind(), sent), answer.endpoint.name());
    }
  }

  private boolean refusedToken(Status status, String token) {
    if (!calls.tokens().isConfigured() || !Failures.wantsToken(status) || aborted) {
      return false;
    }
    calls.tokens().refused(token);
    return ++tokensRefused <= MOST_TOKENS;
  }

  private boolean mayRepeat(Status status, boolean sent) {
    long left = deadline - calls.loop().nanoTime();
    if (aborted || calls.isClosed() || attempts >= MOST_ATTEMPTS || left <= 0) {
      return false;
    }
    if (Failures.isOverload(status)) {
      return true;
    }
    if (Failures.is(status, EtcdError.NOT_SUPPORTED_FOR_LEARNER)) {
      return call.endpoint() == null && calls.pool().size() > 1;
    }
    boolean gone =
        switch (status.getCode()) {
          // A connection that breaks while a request is written is UNKNOWN or INTERNAL to gRPC.
          case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, INTERNAL -> true;
          default -> false;
        };
    return gone && (!sent || call.kind().isRepeatable());
  }

  private void blame(Endpoint endpoint, Status status) {
    boolean itsFault =
        switch (status.getCode()) {
          case UNAVAILABLE -> !Failures.is(status, EtcdError.LEADER_CHANGED);
          case DEADLINE_EXCEEDED -> true;
          default ->
              Failures.isOverload(status)
                  || Failures.is(status, EtcdError.NOT_SUPPORTED_FOR_LEARNER);
        };
    if (itsFault) {
      endpoint.failed(calls.loop().nanoTime());
    }
  }

  /** Short while there are members that were not asked; longer with each round of all. */
  private Duration pause() {
    int rounds = attempts / Math.max(1, calls.pool().size());
    long most = FIRST_PAUSE_NANOS << Math.min(rounds, MOST_DOUBLINGS);
    long nanos = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    return Duration.ofNanos(nanos);
  }

  private void succeed(R response, String endpoint) {
    T value;
    try {
      value = call.answer().apply(response);
    } catch (RuntimeException e) {
      fail(e, endpoint); // a codec of the user's
      return;
    }
    report(StatusCode.OK, false, endpoint);
    future.complete(value);
  }

  private void fail(Throwable failure, String endpoint) {
    StatusCode code =
        failure instanceof KeelsonException known ? known.code() : StatusCode.INTERNAL;
    report(code, failure instanceof IndefiniteException, endpoint);
    future.completeExceptionally(failure);
  }

  private void report(StatusCode code, boolean indefinite, String endpoint) {
    var took = Duration.ofNanos(calls.loop().nanoTime() - started);
    observation.ended(
        new CallReport(
            call.method().getFullMethodName(), endpoint, code, indefinite, attempts, took));
  }

  /** What comes back of one attempt. */
  private final class Answer extends ClientCall.Listener<R> {
    private final Endpoint endpoint;
    private final SendProbe probe;
    private final String token;
    private @Nullable R response;

    Answer(Endpoint endpoint, SendProbe probe, String token) {
      this.endpoint = endpoint;
      this.probe = probe;
      this.token = token;
    }

    @Override
    public void onMessage(R message) {
      response = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended(status, response, this);
    }
  }

  /** Whether an attempt was ever given to a connection: until then nothing of it was sent. */
  private static final class SendProbe extends ClientStreamTracer.Factory {
    private volatile boolean sent;

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void streamCreated(Attributes transport, Metadata sentHeaders) {
          sent = true;
        }
      };
    }
  }
}
