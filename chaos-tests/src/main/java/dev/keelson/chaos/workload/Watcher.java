package dev.keelson.chaos.workload;

import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.chaos.history.Change;
import dev.keelson.chaos.history.WatchClosed;
import dev.keelson.chaos.history.WatchMessage;
import dev.keelson.chaos.history.WatchOpened;
import dev.keelson.chaos.history.WatchSpec;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Follows a range on one member for the whole run: when the stream ends it is opened again where it
 * stopped. Its responses are recorded as they come, on the connection's thread.
 */
public final class Watcher implements AutoCloseable {
  private static final long PAUSE_MILLIS = 200;

  private final Recorder recorder;
  private final WireClient client;
  private final int member;
  private final WatchSpec wanted;
  private final int process;
  private final Executor later =
      CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  private final AtomicLong next;
  // Guards what is open: held for the start and the end of a stream, never while one waits.
  private final ReentrantLock lock = new ReentrantLock();
  private long current;
  private boolean closed;

  public Watcher(Recorder recorder, String endpoint, int member, WatchSpec wanted) {
    this.recorder = recorder;
    this.member = member;
    this.wanted = wanted;
    client = WireClient.connect(endpoint);
    process = recorder.newProcess();
    next = new AtomicLong(wanted.startRevision());
  }

  public void open() {
    lock.lock();
    try {
      if (!closed) {
        long id = recorder.newWatch();
        WatchSpec spec = wanted.startingAt(next.get());
        recorder.add(new WatchOpened(id, process, member, spec, current, recorder.now()));
        current = id;
        StreamObserver<WatchRequest> requests =
            WatchGrpc.newStub(client.channel()).watch(new Responses(id));
        requests.onNext(WatchRequest.newBuilder().setCreateRequest(create(spec)).build());
      }
    } finally {
      lock.unlock();
    }
  }

  /** The revision that it waits for: all before, as far as it wants them, were told. */
  public long position() {
    return next.get();
  }

  private static WatchCreateRequest create(WatchSpec spec) {
    var create =
        WatchCreateRequest.newBuilder()
            .setKey(Wire.bytes(spec.keys().from()))
            .setRangeEnd(Wire.bytes(spec.keys().end()))
            .setStartRevision(spec.startRevision())
            .setPrevKv(spec.previous())
            .setFragment(spec.fragment())
            .setProgressNotify(spec.progress());
    if (spec.noPut()) {
      create.addFilters(WatchCreateRequest.FilterType.NOPUT);
    }
    if (spec.noDelete()) {
      create.addFilters(WatchCreateRequest.FilterType.NODELETE);
    }
    return create.build();
  }

  private final class Responses implements ClientResponseObserver<WatchRequest, WatchResponse> {
    private final long id;
    // Known before the first response.
    private final AtomicReference<Runnable> ending = new AtomicReference<>(() -> {});

    Responses(long id) {
      this.id = id;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> call) {
      ending.set(() -> call.cancel("its watch was canceled", null));
    }

    @Override
    public void onNext(WatchResponse response) {
      List<Change> changes = response.getEventsList().stream().map(Wire::change).toList();
      WatchMessage.Kind kind =
          response.getCreated()
              ? WatchMessage.Kind.CREATED
              : response.getCanceled()
                  ? WatchMessage.Kind.CANCELED
                  : changes.isEmpty() ? WatchMessage.Kind.PROGRESS : WatchMessage.Kind.EVENTS;
      recorder.add(
          new WatchMessage(
              id,
              recorder.now(),
              response.getHeader().getRevision(),
              kind,
              response.getCompactRevision(),
              response.getFragment(),
              changes));
      switch (kind) {
        case EVENTS -> next.set(changes.getLast().revision() + (response.getFragment() ? 0 : 1));
        case PROGRESS -> next.set(response.getHeader().getRevision() + 1);
        case CANCELED -> {
          // What it waited for is compacted: it goes on behind that, on another stream.
          next.set(Math.max(next.get(), response.getCompactRevision()));
          ending.get().run();
        }
        case CREATED -> {}
      }
    }

    @Override
    public void onError(Throwable failure) {
      end(String.valueOf(Status.fromThrowable(failure).getDescription()));
    }

    @Override
    public void onCompleted() {
      end("ended");
    }

    private void end(String reason) {
      recorder.add(new WatchClosed(id, recorder.now(), reason));
      client.reconnect();
      later.execute(Watcher.this::open);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    client.close();
  }
}
