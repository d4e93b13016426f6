package dev.keelson.server;

import static java.util.Objects.requireNonNull;

import dev.keelson.api.status.EtcdError;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks once more where a member lost its leader, as whoever talks to a cluster must: on a busy
 * machine a member that stood still for a moment has to find another leader at any time. It repeats
 * nothing that may have been done: a write only when its member knows that it never will be. For
 * calls with one request and one answer; streams are left as they are.
 */
final class Steadfast implements ClientInterceptor {
  private static final Set<String> NOTHING_WAS_DONE =
      Set.of(EtcdError.LEADER_CHANGED.message(), EtcdError.TIMEOUT_DUE_TO_LEADER_FAIL.message());

  private static final long PAUSE_MILLIS = 20;

  /** They may be repeated whatever became of them. */
  private static final Set<String> READS =
      Set.of("Range", "LeaseTimeToLive", "LeaseLeases", "MemberList", "HashKV");

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return method.getType() == MethodDescriptor.MethodType.UNARY
        ? new Repeated<>(method, options, next)
        : next.newCall(method, options);
  }

  private static boolean mayBeRepeated(MethodDescriptor<?, ?> method, Status status) {
    if (status.getCode() != Status.Code.UNAVAILABLE) {
      return false;
    }
    return NOTHING_WAS_DONE.contains(String.valueOf(status.getDescription()))
        || (READS.contains(String.valueOf(method.getBareMethodName()))
            && EtcdError.TIMEOUT.message().equals(status.getDescription()));
  }

  private static final class Repeated<Q, R> extends ClientCall<Q, R> {
    private final MethodDescriptor<Q, R> method;
    private final CallOptions options;
    private final Channel channel;
    private @Nullable Listener<R> listener;
    private Metadata headers = new Metadata();
    private @Nullable Q request;
    private @Nullable ClientCall<Q, R> current;
    private volatile @Nullable String cancelled;

    Repeated(MethodDescriptor<Q, R> method, CallOptions options, Channel channel) {
      this.method = method;
      this.options = options;
      this.channel = channel;
    }

    @Override
    public void start(Listener<R> answers, Metadata sent) {
      listener = answers;
      headers = sent;
    }

    /** One answer is all that comes. */
    @Override
    public void request(int messages) {}

    @Override
    public void sendMessage(Q message) {
      request = message;
    }

    @Override
    public void halfClose() {
      attempt();
    }

    @Override
    public synchronized void cancel(@Nullable String message, @Nullable Throwable cause) {
      cancelled = String.valueOf(message);
      if (current != null) {
        current.cancel(message, cause);
      }
    }

    private synchronized void attempt() {
      var call = channel.newCall(method, options);
      current = call;
      var copy = new Metadata();
      copy.merge(headers);
      call.start(new Attempt(), copy);
      call.request(2);
      call.sendMessage(requireNonNull(request, "sent before the half-close"));
      call.halfClose();
      var reason = cancelled;
      if (reason != null) {
        call.cancel(reason, null);
      }
    }

    private final class Attempt extends Listener<R> {
      private @Nullable R answer;

      @Override
      public void onMessage(R message) {
        answer = message;
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        if (cancelled == null && mayBeRepeated(method, status)) {
          CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
              .execute(Repeated.this::attempt);
          return;
        }
        var told = requireNonNull(listener, "started");
        told.onHeaders(new Metadata());
        if (answer != null) {
          told.onMessage(answer);
        }
        told.onClose(status, trailers);
      }
    }
  }
}
