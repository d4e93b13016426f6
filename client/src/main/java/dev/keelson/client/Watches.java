package dev.keelson.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Changes as they happen. A watch goes on over lost connections and lost members, and tells each
 * revision once and none out of order, until it is cancelled, the client is closed, or the history
 * that it still needs is compacted. All watches of a client share one stream; none has a thread.
 * Thread-safe.
 */
public final class Watches {
  private static final Logger LOG = System.getLogger(Watches.class.getName());

  private final WatchStreams streams;
  private final Namespace namespace;

  Watches(WatchStreams streams, Namespace namespace) {
    this.streams = streams;
    this.namespace = namespace;
  }

  /**
   * Changes for subscribers, each of which has a watch of its own that begins when it subscribes.
   * Nothing is signalled that was not requested; what waits is bounded by {@link
   * WatchSpec#bufferBytes}. Ends with an error as {@link WatchListener#failed} says, and completes
   * when the client is closed.
   */
  public Flow.Publisher<Changes> publisher(WatchSpec spec) {
    return subscriber -> {
      var subscription = new WatchSubscription(streams, spec, namespace, subscriber);
      subscriber.onSubscribe(subscription);
      subscription.begin();
    };
  }

  /** Tells the listener until the watcher is closed. */
  public Watcher listen(WatchSpec spec, WatchListener listener) {
    var told = new Listening(listener);
    publisher(spec).subscribe(told);
    return told;
  }

  /** A subscriber that asks for one at a time. */
  private static final class Listening implements Flow.Subscriber<Changes>, Watcher {
    private final WatchListener listener;
    private final AtomicReference<Flow.@Nullable Subscription> subscription =
        new AtomicReference<>();
    private volatile boolean closed;

    Listening(WatchListener listener) {
      this.listener = listener;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription.set(given);
      given.request(1);
    }

    @Override
    public void onNext(Changes changes) {
      if (closed) {
        return;
      }
      try {
        listener.changed(changes);
        ask();
      } catch (RuntimeException e) {
        close();
        tell(e);
      }
    }

    private void ask() {
      Flow.Subscription given = subscription.get();
      if (given != null) {
        given.request(1);
      }
    }

    @Override
    public void onError(Throwable failure) {
      if (!closed) {
        tell((RuntimeException) failure);
      }
    }

    private void tell(RuntimeException failure) {
      try {
        listener.failed(failure);
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "a watch listener failed on being told of a failure", e);
      }
    }

    @Override
    public void onComplete() {}

    @Override
    public void close() {
      closed = true;
      Flow.Subscription given = subscription.get();
      if (given != null) {
        given.cancel();
      }
    }
  }
}
