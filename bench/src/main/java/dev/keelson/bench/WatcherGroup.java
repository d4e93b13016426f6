package dev.keelson.bench;

import com.google.protobuf.Message;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The watchers of a run, on streams that are spread over the connections. Each stream's tally is
 * written on the event loop of its connection only.
 */
final class WatcherGroup {
  /** Creates that are under way on a stream: many watchers are open soon, and no queue is long. */
  private static final int CREATES_AHEAD = 256;

  private static final int OPEN_SECONDS = 600;
  private static final int CLOSE_SECONDS = 10;

  private final LoadPlan plan;
  private final Workloads workloads;
  private final List<Stream> streams = new ArrayList<>();
  private volatile Lane.@Nullable Window window;

  /** Nothing is sent yet. */
  WatcherGroup(LoadPlan plan, Connections connections, Workloads workloads) {
    this.plan = plan;
    this.workloads = workloads;
    int used = Math.min(plan.streams(), plan.watchers());
    for (int i = 0; i < used; i++) {
      int connection = i % connections.count();
      var loop = connections.loop(connection % connections.loops());
      streams.add(new Stream(i, connections.channel(connection), loop));
    }
  }

  /** Opens all watchers and waits until the server has confirmed each. */
  void open() throws BenchException, InterruptedException {
    streams.forEach(Stream::start);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(OPEN_SECONDS);
    for (var stream : streams) {
      try {
        stream.opened.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        throw new BenchException("the watchers could not be opened: " + e.getMessage());
      } catch (TimeoutException e) {
        throw new BenchException("the watchers were not open within %d s".formatted(OPEN_SECONDS));
      }
    }
  }

  /** Events count from the window's beginning to its end. */
  void measure(Lane.Window during) {
    window = during;
  }

  /** Ends all streams; what they saw. */
  Tally close() throws BenchException, InterruptedException {
    var sum = new Tally();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
    streams.forEach(Stream::stop);
    for (var stream : streams) {
      try {
        sum.add(stream.ended.get(until - System.nanoTime(), TimeUnit.NANOSECONDS));
      } catch (ExecutionException e) {
        throw new IllegalStateException("a watcher broke", e.getCause());
      } catch (TimeoutException e) {
        throw new BenchException("the watchers did not end in time");
      }
    }
    return sum;
  }

  /** Each so many-th watcher is on this stream. */
  private final class Stream extends ClientCall.Listener<Message> {
    private final EventLoop loop;
    private final ClientCall<Message, Message> call;
    private final Tally tally = new Tally();
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final CompletableFuture<Tally> ended = new CompletableFuture<>();
    private final int first;
    private int toCreate;
    private int toConfirm;
    private volatile boolean stopped;

    Stream(int number, Channel channel, EventLoop loop) {
      this.loop = loop;
      this.call = channel.newCall(Call.WATCH.method(), CallOptions.DEFAULT);
      this.first = number;
      this.toCreate = number;
    }

    void start() {
      loop.execute(this::begin);
    }

    private void begin() {
      call.start(this, new Metadata());
      call.request(Integer.MAX_VALUE);
      for (int i = 0; i < CREATES_AHEAD; i++) {
        create();
      }
    }

    private void create() {
      if (toCreate < plan.watchers()) {
        var watcher = WatchCreateRequest.newBuilder().setKey(workloads.watched(toCreate));
        call.sendMessage(WatchRequest.newBuilder().setCreateRequest(watcher).build());
        toCreate += plan.streams();
      }
    }

    void stop() {
      stopped = true;
      call.cancel("the run is over", null);
    }

    @Override
    public void onMessage(Message message) {
      if (!(message instanceof WatchResponse response)) {
        throw new IllegalStateException("a watch was answered by " + message.getClass());
      }
      if (response.getCanceled()) {
        failed("watcher cancelled: " + response.getCancelReason());
      } else if (response.getCreated()) {
        created();
      }
      var during = window;
      if (during != null && response.getEventsCount() > 0) {
        count(response, during);
      }
    }

    private void created() {
      create();
      toConfirm += plan.streams();
      if (first + toConfirm >= plan.watchers()) {
        opened.complete(null);
      }
    }

    private void count(WatchResponse response, Lane.Window during) {
      long now = System.nanoTime();
      if (now - during.measureFromNanos() < 0 || now - during.measureUntilNanos() >= 0) {
        return;
      }
      for (var event : response.getEventsList()) {
        var stamp = ByteBuffer.allocate(Workloads.STAMP_BYTES);
        event.getKv().getValue().substring(0, Workloads.STAMP_BYTES).copyTo(stamp);
        tally.answered(Call.WATCH, now - stamp.getLong(0), Workload.Outcome.DONE);
      }
    }

    private void failed(String text) {
      tally.failed(text);
      opened.completeExceptionally(new BenchException(text));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (!stopped) {
        failed("watch stream ended: " + status.getCode() + " " + status.getDescription());
      }
      ended.complete(tally);
    }
  }
}
