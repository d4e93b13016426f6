package dev.keelson.bench;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one event loop. Everything here runs on that loop, with the network's own events,
 * so a request costs no hand-over between threads and the counters need no locks.
 */
final class Lane {
  /** Long enough that a server which refuses everything is not drowned in retries. */
  private static final long PAUSE_AFTER_ERROR_MILLIS = 10;

  private static final long SWEEP_MILLIS = 50;

  /**
   * The times of a run. What is answered from {@code measureFrom} until {@code measureUntil}
   * counts; nothing is sent after that, and an answer is awaited {@code callTimeout} at most.
   */
  record Window(long measureFromNanos, long measureUntilNanos, long callTimeoutNanos) {}

  private final EventLoop loop;
  private final Workload workload;
  private final Pace pace;
  private final Window window;
  private final List<Slot> slots = new ArrayList<>();
  private final ArrayDeque<Slot> idle = new ArrayDeque<>();
  private final Tally tally = new Tally();
  private final CompletableFuture<Tally> ended = new CompletableFuture<>();
  private boolean waking;

  Lane(EventLoop loop, Workload workload, Pace pace, Window window) {
    this.loop = loop;
    this.workload = workload;
    this.pace = pace;
    this.window = window;
  }

  /** Before the start only. The channel's events must run on this lane's loop. */
  void addClient(int client, Channel channel) {
    slots.add(new Slot(client, channel));
  }

  /** Completes when all has been sent and answered, given up or failed. */
  CompletableFuture<Tally> start() {
    loop.execute(this::begin);
    return ended;
  }

  private void begin() {
    idle.addAll(slots);
    var sweep =
        loop.scheduleAtFixedRate(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    var _ = ended.whenComplete((_, _) -> sweep.cancel(false));
    pump(System.nanoTime());
  }

  /** Sends what is due as long as clients are free; ends when nothing may be sent any more. */
  private void pump(long nowNanos) {
    try {
      while (!isOver(nowNanos) && !idle.isEmpty() && pace.due(nowNanos)) {
        idle.remove().send(pace.take(nowNanos), nowNanos);
      }
      if (isOver(nowNanos)) {
        if (idle.size() == slots.size() && !ended.isDone()) {
          tally.unsent(pace.unsent(window.measureUntilNanos));
          ended.complete(tally);
        }
      } else if (!idle.isEmpty() && !waking) {
        waking = true;
        var _ =
            loop.schedule(this::wake, pace.nextNanos(nowNanos) - nowNanos, TimeUnit.NANOSECONDS);
      }
    } catch (RuntimeException e) {
      ended.completeExceptionally(e);
    }
  }

  private boolean isOver(long nowNanos) {
    return nowNanos - window.measureUntilNanos >= 0 || workload.exhausted() || ended.isDone();
  }

  private void wake() {
    waking = false;
    pump(System.nanoTime());
  }

  /** One timer for all deadlines: a deadline per call would cost as much as the call. */
  private void sweep() {
    long now = System.nanoTime();
    for (var slot : slots) {
      slot.giveUpIfLate(now);
    }
    pump(now);
  }

  private void succeeded(Slot slot, Call call, Workload.Outcome outcome) {
    long now = System.nanoTime();
    if (now - window.measureUntilNanos >= 0) {
      tally.unfinished();
    } else if (now - window.measureFromNanos >= 0) {
      tally.answered(call, now - slot.intendedNanos, outcome);
    }
    idle.add(slot);
    pump(now);
  }

  private void failed(Slot slot, Status status) {
    workload.failed(slot.client);
    long now = System.nanoTime();
    if (now - window.measureUntilNanos >= 0) {
      tally.unfinished();
    }
    if (now - window.measureFromNanos >= 0) {
      tally.failed(text(status));
    }
    var _ =
        loop.schedule(
            () -> {
              idle.add(slot);
              pump(System.nanoTime());
            },
            PAUSE_AFTER_ERROR_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private static String text(Status status) {
    String description = status.getDescription();
    String text = description == null ? "" : ": " + description.lines().findFirst().orElse("");
    return status.getCode() + text;
  }

  /** A client: one request in flight at most, and the listener of all its calls in turn. */
  private final class Slot extends ClientCall.Listener<Message> {
    private final int client;
    private final Channel channel;
    private long intendedNanos;
    private long sentNanos;
    private @Nullable ClientCall<Message, Message> inFlight;
    private Call call = Call.PUT;
    private Workload.@Nullable Outcome outcome;

    Slot(int client, Channel channel) {
      this.client = client;
      this.channel = channel;
    }

    void send(long intended, long nowNanos) {
      var request = workload.next(client);
      intendedNanos = intended;
      sentNanos = nowNanos;
      call = request.call();
      outcome = null;
      var next = channel.newCall(call.method(), CallOptions.DEFAULT);
      inFlight = next;
      next.start(this, new Metadata());
      next.request(1);
      next.sendMessage(request.message());
      next.halfClose();
    }

    void giveUpIfLate(long nowNanos) {
      var late = inFlight;
      if (late != null && nowNanos - sentNanos > window.callTimeoutNanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(window.callTimeoutNanos);
        late.cancel("no answer within " + millis + " ms", null);
      }
    }

    @Override
    public void onMessage(Message response) {
      outcome = workload.judge(client, response);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      // A call that never reached its connection may be closed by another thread.
      if (loop.inEventLoop()) {
        closed(status);
      } else {
        loop.execute(() -> closed(status));
      }
    }

    private void closed(Status status) {
      inFlight = null;
      var judged = outcome;
      if (!status.isOk()) {
        failed(this, status);
      } else if (judged == null) {
        failed(this, Status.INTERNAL.withDescription("an answer without a message"));
      } else {
        succeeded(this, call, judged);
      }
    }
  }
}
