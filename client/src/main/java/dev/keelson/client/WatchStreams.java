package dev.keelson.client;

import dev.keelson.api.etcdserverpb.WatchCancelRequest;
import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import dev.keelson.client.WatchSubscription.State;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The stream that all watches share: opened when there is one, opened elsewhere when it breaks. Its
 * state is owned by the loop; the methods that others call say so.
 */
final class WatchStreams {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final int MOST_DOUBLINGS = 7;
  private static final int MOST_REFUSALS = 3;

  private final Calls calls;
  private final Requests requests;
  private final Set<WatchSubscription> all = new LinkedHashSet<>();
  private @Nullable Stream stream;
  private boolean opening;
  private boolean closed;
  private int failures;

  WatchStreams(Calls calls) {
    this.calls = calls;
    this.requests = new Requests(Namespace.NONE, calls.config().timing().call());
  }

  IoLoop loop() {
    return calls.loop();
  }

  Executor executor() {
    return calls.config().executor();
  }

  /** From any thread. */
  void add(WatchSubscription watch) {
    if (calls.isClosed()) {
      watch.end(null);
      return;
    }
    loop().execute(() -> begin(watch));
  }

  /** From any thread. */
  void remove(WatchSubscription watch) {
    loop().execute(() -> leave(watch, State.ENDED));
  }

  /** From any thread: what waited for the subscriber has become less. */
  void unpark(WatchSubscription watch) {
    loop()
        .execute(
            () -> {
              if (watch.state() == State.PARKED) {
                watch.state(State.WAITING);
                create(watch);
              }
            });
  }

  void fail(WatchSubscription watch, RuntimeException failure) {
    if (watch.state() != State.ENDED) {
      leave(watch, State.ENDED);
      watch.end(failure);
    }
  }

  /** From any thread. */
  void close() {
    loop()
        .execute(
            () -> {
              closed = true;
              List.copyOf(all)
                  .forEach(
                      watch -> {
                        leave(watch, State.ENDED);
                        watch.end(null);
                      });
            });
  }

  private void begin(WatchSubscription watch) {
    if (closed) {
      watch.end(null);
      return;
    }
    if (watch.isCancelled()) {
      return;
    }
    all.add(watch);
    if (watch.hasStart()) {
      create(watch);
    } else {
      findStart(watch);
    }
  }

  /**
   * A watch without a start begins after the cluster's revision at a moment after it was asked for:
   * so it misses nothing when the stream breaks before its first event, and nothing that was
   * acknowledged earlier is told by a member that lags.
   */
  private void findStart(WatchSubscription watch) {
    var unused =
        calls
            .start(watch.whereNow(requests))
            .whenComplete(
                (result, failure) ->
                    loop()
                        .execute(
                            () -> {
                              if (watch.state() == State.ENDED) {
                                return;
                              }
                              if (failure == null) {
                                watch.startAfter(result.revision());
                                create(watch);
                              } else if (calls.isClosed()) {
                                leave(watch, State.ENDED);
                                watch.end(null);
                              } else if (failure instanceof UnavailableException) {
                                findStart(watch);
                              } else {
                                fail(watch, (RuntimeException) failure);
                              }
                            }));
  }

  private void create(WatchSubscription watch) {
    Stream open = stream;
    if (open == null) {
      open();
    } else {
      open.create(watch);
    }
  }

  private void leave(WatchSubscription watch, State to) {
    Stream open = stream;
    if (watch.state() == State.ACTIVE && open != null) {
      open.cancel(watch.id());
    }
    watch.state(to);
    if (to == State.ENDED && all.remove(watch) && all.isEmpty() && open != null) {
      stream = null;
      open.call.cancel("no watch is left", null);
    }
  }

  private void open() {
    if (opening || closed || all.isEmpty()) {
      return;
    }
    opening = true;
    var unused =
        calls
            .tokens()
            .current()
            .whenComplete(
                (token, failure) ->
                    loop()
                        .later(
                            () -> {
                              opening = false;
                              if (failure == null) {
                                connect(token);
                              } else if (failure instanceof AccessDeniedException) {
                                failAll((RuntimeException) failure);
                              } else {
                                openLater();
                              }
                            }));
  }

  private void connect(String token) {
    if (closed || stream != null || all.isEmpty()) {
      return;
    }
    var opened = new Stream(calls.pool().next(), token);
    stream = opened;
    opened.start();
    for (WatchSubscription watch : all) {
      if (watch.state() == State.WAITING && watch.hasStart()) {
        opened.create(watch);
      }
    }
  }

  private void openLater() {
    if (opening || closed) {
      return;
    }
    opening = true;
    long most = FIRST_PAUSE.toNanos() << Math.min(failures++, MOST_DOUBLINGS);
    long nanos = most / 2 + ThreadLocalRandom.current().nextLong(most);
    loop()
        .after(
            Duration.ofNanos(nanos),
            () -> {
              opening = false;
              open();
            });
  }

  private void broken(Stream broken, Status status) {
    if (stream != broken) {
      return;
    }
    stream = null;
    broken.endpoint.failed(loop().nanoTime());
    if (Failures.wantsToken(status)) {
      calls.tokens().refused(broken.token);
    }
    if (status.getCode() == Status.Code.UNIMPLEMENTED
        || status.getCode() == Status.Code.PERMISSION_DENIED) {
      failAll(Failures.of(status, CallKind.LOCAL_READ, true));
      return;
    }
    int resumed = 0;
    for (WatchSubscription watch : all) {
      if (watch.state() == State.ACTIVE || watch.state() == State.CREATING) {
        watch.state(State.WAITING);
        resumed++;
      }
    }
    calls.config().observer().watchersResumed(resumed);
    openLater();
  }

  private void failAll(RuntimeException failure) {
    List.copyOf(all).forEach(watch -> fail(watch, failure));
  }

  /** A watch of this stream is refused, for a reason that only the text tells (W6, W7). */
  private void refused(Stream on, WatchSubscription watch, String reason) {
    boolean token =
        List.of(EtcdError.INVALID_AUTH_TOKEN, EtcdError.AUTH_OLD_REVISION, EtcdError.USER_EMPTY)
            .stream()
            .anyMatch(error -> reason.contains(error.message()));
    if (token && calls.tokens().isConfigured() && watch.refusedAgain() <= MOST_REFUSALS) {
      watch.state(State.WAITING);
      calls.tokens().refused(on.token);
      on.abandon("its token is no longer good");
    } else if (token || reason.contains(EtcdError.PERMISSION_DENIED.message())) {
      fail(watch, new AccessDeniedException(StatusCode.PERMISSION_DENIED, reason));
    } else {
      fail(watch, new InvalidRequestException(StatusCode.INVALID_ARGUMENT, reason));
    }
  }

  /**
   * One call of the Watch service. Watches get fresh ids from the server and never again old ones.
   */
  private final class Stream extends ClientCall.Listener<WatchResponse> {
    private final Endpoint endpoint;
    private final String token;
    private final ClientCall<WatchRequest, WatchResponse> call;
    private final Map<Long, WatchSubscription> active = new HashMap<>();
    private final Queue<WatchSubscription> creating = new ArrayDeque<>();
    private long heard;

    Stream(Endpoint endpoint, String token) {
      this.endpoint = endpoint;
      this.token = token;
      this.call = calls.stream(endpoint, WatchGrpc.getWatchMethod());
    }

    void start() {
      heard = loop().nanoTime();
      call.start(this, Calls.headers(token, true));
      call.request(1);
    }

    void create(WatchSubscription watch) {
      if (creating.isEmpty()) {
        heard = loop().nanoTime();
        loop().after(patience(), this::checkHeard);
      }
      watch.state(State.CREATING);
      creating.add(watch);
      call.sendMessage(WatchRequest.newBuilder().setCreateRequest(watch.createRequest()).build());
    }

    void cancel(long id) {
      active.remove(id);
      var cancel = WatchCancelRequest.newBuilder().setWatchId(id);
      call.sendMessage(WatchRequest.newBuilder().setCancelRequest(cancel).build());
    }

    /** Gives up a stream that answers nothing, as that of a member that stands still. */
    private void checkHeard() {
      if (stream != this || creating.isEmpty()) {
        return;
      }
      if (loop().nanoTime() - heard >= patience().toNanos()) {
        abandon("no watch was created in " + patience());
      } else {
        loop().after(patience(), this::checkHeard);
      }
    }

    private Duration patience() {
      return calls.config().timing().readAttempt();
    }

    void abandon(String why) {
      call.cancel(why, null);
      broken(this, Status.CANCELLED.withDescription(why));
    }

    @Override
    public void onMessage(WatchResponse message) {
      loop()
          .execute(
              () -> {
                if (stream == this) {
                  received(message);
                  call.request(1);
                }
              });
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      loop().later(() -> broken(this, status));
    }

    private void received(WatchResponse message) {
      heard = loop().nanoTime();
      if (message.getCreated()) {
        created(message);
        return;
      }
      WatchSubscription watch = active.get(message.getWatchId());
      if (watch == null) {
        return; // it has left, and what was under way comes again if it returns
      }
      if (message.getCanceled()) {
        canceled(watch, message);
      } else if (message.getEventsCount() == 0) {
        watch.progress(message.getHeader().getRevision());
      } else {
        watch.events(message.getEventsList(), message.getFragment());
        if (watch.isFull() && !message.getFragment()) {
          leave(watch, State.PARKED);
          unparkIfRoom(watch);
        }
      }
    }

    /** The subscriber may have taken everything before it could see that the watch is parked. */
    private void unparkIfRoom(WatchSubscription watch) {
      if (watch.hasRoom()) {
        unpark(watch);
      }
    }

    private void created(WatchResponse message) {
      WatchSubscription watch = creating.remove(); // W1: in the order of the requests
      if (message.getCanceled()) {
        if (watch.state() == State.CREATING) {
          refused(this, watch, message.getCancelReason());
        }
        return;
      }
      failures = 0;
      endpoint.succeeded();
      if (watch.state() == State.CREATING) {
        active.put(message.getWatchId(), watch);
        watch.active(message.getWatchId());
      } else {
        cancel(message.getWatchId());
      }
    }

    private void canceled(WatchSubscription watch, WatchResponse message) {
      active.remove(message.getWatchId());
      watch.state(State.WAITING);
      if (message.getCompactRevision() != 0) {
        cancel(message.getWatchId()); // W25: frees the id
        fail(
            watch,
            new CompactedException(
                message.getCompactRevision(),
                "the watch needs history below revision " + message.getCompactRevision()));
      } else if (!message.getCancelReason().isEmpty()) {
        refused(this, watch, message.getCancelReason());
      } else {
        abandon("the server ended a watch without a reason");
      }
    }
  }
}
