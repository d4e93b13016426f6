package dev.keelson.server.rpc;

import static org.awaitility.Awaitility.await;

import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Handlers of various manners, and what happened to them. */
final class StreamCalls {
  static final int FLOOD = 100_000;

  enum Manner {
    ECHO,
    KEEP,
    FLOOD,
    FAIL_AT_TWO
  }

  final List<StreamSink<WatchResponse>> sinks = new CopyOnWriteArrayList<>();
  final List<Long> requests = new CopyOnWriteArrayList<>();
  final AtomicInteger ended = new AtomicInteger();
  final AtomicInteger sent = new AtomicInteger();
  final AtomicInteger stalls = new AtomicInteger();

  StreamHandler<WatchRequest, WatchResponse> handler(Manner manner) {
    return sink -> receiver(sink, manner);
  }

  StreamReceiver<WatchRequest> receiver(StreamSink<WatchResponse> sink, Manner manner) {
    sinks.add(sink);
    return new StreamReceiver<>() {
      @Override
      public void message(WatchRequest request) {
        long number = request.getCancelRequest().getWatchId();
        requests.add(number);
        switch (manner) {
          case ECHO -> echo(number);
          case KEEP -> {}
          case FLOOD -> flood();
          case FAIL_AT_TWO -> {
            if (number == 2) {
              throw new IllegalStateException("planted");
            }
            echo(number);
          }
        }
      }

      private void echo(long number) {
        sink.send(answer(number));
        sink.requestMore(1);
      }

      private void flood() {
        while (sent.get() < FLOOD && sink.isWritable()) {
          sink.send(answer(sent.getAndIncrement()));
        }
        if (sent.get() < FLOOD) {
          stalls.incrementAndGet();
        }
      }

      @Override
      public void halfClosed() {
        sink.complete();
      }

      @Override
      public void ended() {
        ended.incrementAndGet();
      }

      @Override
      public void writable() {
        if (!requests.isEmpty() && manner == Manner.FLOOD) {
          flood();
        }
      }
    };
  }

  void awaitEnded(int count) {
    await().until(() -> ended.get() == count);
  }

  static WatchResponse answer(long number) {
    return WatchResponse.newBuilder().setWatchId(number).build();
  }
}
