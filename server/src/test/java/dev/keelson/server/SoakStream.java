package dev.keelson.server;

import dev.keelson.api.etcdserverpb.WatchCancelRequest;
import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.etcdserverpb.WatchProgressRequest;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Some watchers on one connection after another, as a client library keeps them. Thread-safe. */
final class SoakStream {
  private final List<SoakWatcher> watchers;
  private @Nullable Session session;
  private @Nullable Throwable failure;
  private int bookmarks;

  SoakStream(List<SoakWatcher> watchers) {
    this.watchers = List.copyOf(watchers);
  }

  List<SoakWatcher> watchers() {
    return watchers;
  }

  synchronized boolean isConnected() {
    return session != null;
  }

  /** Opens a stream and lets every watcher go on where it was. */
  synchronized void connect(TestClient client) {
    var opened = new Session();
    session = opened;
    WatchGrpc.newStub(client.channel()).watch(opened);
    watchers.forEach(opened::create);
  }

  void disconnect() throws InterruptedException {
    Session closing;
    synchronized (this) {
      closing = session;
      session = null;
    }
    if (closing != null) {
      closing.calls().cancel("away", null);
      if (!closing.over.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("a cancelled stream does not end");
      }
    }
  }

  synchronized void askForProgress() {
    if (session != null) {
      session
          .calls()
          .onNext(
              WatchRequest.newBuilder()
                  .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                  .build());
    }
  }

  synchronized int bookmarks() {
    return bookmarks;
  }

  /** Fails if the stream has seen what it must not. */
  synchronized void assertHealthy() {
    if (failure != null) {
      throw new AssertionError("a stream failed", failure);
    }
  }

  synchronized boolean hasSeenAll(List<SoakHistory.Change> history) {
    assertHealthy();
    return watchers.stream().allMatch(watcher -> watcher.seen() >= watcher.due(history));
  }

  private final class Session implements ClientResponseObserver<WatchRequest, WatchResponse> {
    private final CountDownLatch over = new CountDownLatch(1);
    private final Map<Long, SoakWatcher> byId = new HashMap<>();
    private @Nullable ClientCallStreamObserver<WatchRequest> calls;
    private long lastId;

    ClientCallStreamObserver<WatchRequest> calls() {
      var opened = calls;
      if (opened == null) {
        throw new IllegalStateException("not open");
      }
      return opened;
    }

    private void create(SoakWatcher watcher) {
      byId.put(++lastId, watcher);
      calls().onNext(watcher.createRequest(lastId));
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
      calls = stream;
    }

    @Override
    public void onNext(WatchResponse response) {
      synchronized (SoakStream.this) {
        try {
          if (session == this) {
            heard(response);
          }
        } catch (RuntimeException | AssertionError e) {
          failure = e;
        }
      }
    }

    private void heard(WatchResponse response) {
      long id = response.getWatchId();
      if (id == -1) {
        if (response.getCreated() || response.getEventsCount() > 0) {
          throw new AssertionError("refused: " + response);
        }
        bookmarks++;
        byId.values().forEach(w -> w.bookmark(response.getHeader().getRevision()));
        return;
      }
      var watcher = byId.get(id);
      if (response.getCanceled() && response.getCompactRevision() == 0) {
        if (watcher != null) {
          throw new AssertionError("cancelled by nobody: " + response);
        }
      } else if (watcher == null) {
        throw new AssertionError("an answer for nobody: " + response);
      } else if (response.getCanceled()) {
        byId.remove(id);
        watcher.compacted(response.getCompactRevision());
        var gone = WatchCancelRequest.newBuilder().setWatchId(id);
        calls().onNext(WatchRequest.newBuilder().setCancelRequest(gone).build());
        create(watcher);
      } else if (!response.getCreated()) {
        watcher.events(response);
      }
    }

    @Override
    public void onError(Throwable cause) {
      synchronized (SoakStream.this) {
        if (session == this) {
          failure = cause;
        }
      }
      over.countDown();
    }

    @Override
    public void onCompleted() {
      over.countDown();
    }
  }
}
