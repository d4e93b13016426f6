package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.raft.Bytes;
import dev.keelson.server.apply.WireBytes;
import dev.keelson.server.watch.Delivery;
import dev.keelson.server.watch.WatchHub;
import dev.keelson.server.watch.WatchOutlet;
import dev.keelson.server.watch.WatchSpec;
import dev.keelson.server.watch.WatchStream;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;

/**
 * One client's stream of watchers. Deliveries wait here until the client has room; the hub is told
 * as they go, and bounds how many there are. All but {@link #deliver} is on the connection's
 * thread.
 */
final class WatchCall<R> implements StreamReceiver<WatchRequest>, WatchOutlet {
  /** Requests of one client that the hub has not dealt with: it pays to send several at once. */
  private static final int MAX_REQUESTS = 16;

  private final StreamSink<R> sink;
  private final WatchAnswers answers;
  private final Function<WatchAnswer, R> form;
  private final WatchStream stream;
  private final Queue<Delivery> waiting = new ArrayDeque<>();
  private int requestsDone;

  /** Sent, and perhaps still in the library's hands. */
  private int sent;

  private long sentBytes;
  private boolean over;

  WatchCall(WatchHub hub, WatchAnswers answers, StreamSink<R> sink, Function<WatchAnswer, R> form) {
    this.sink = sink;
    this.answers = answers;
    this.form = form;
    this.stream = hub.open(this);
    sink.requestMore(MAX_REQUESTS - 1);
  }

  @Override
  public void message(WatchRequest request) {
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> stream.create(spec(request.getCreateRequest()));
      case CANCEL_REQUEST -> stream.cancel(request.getCancelRequest().getWatchId());
      case PROGRESS_REQUEST -> stream.requestProgress();
      case REQUESTUNION_NOT_SET -> stream.pass();
    }
  }

  private static WatchSpec spec(WatchCreateRequest request) {
    // W3: no key is the least key there is.
    var key = request.getKey().isEmpty() ? Bytes.wrap(new byte[1]) : WireBytes.of(request.getKey());
    var filters = request.getFiltersList();
    var options =
        new WatchSpec.Options(
            !filters.contains(WatchCreateRequest.FilterType.NOPUT),
            !filters.contains(WatchCreateRequest.FilterType.NODELETE),
            request.getPrevKv(),
            request.getProgressNotify(),
            request.getFragment());
    var range = KeyRange.of(key, WireBytes.of(request.getRangeEnd()));
    return new WatchSpec(request.getWatchId(), range, request.getStartRevision(), options);
  }

  /** W18: the client may listen on. */
  @Override
  public void halfClosed() {}

  @Override
  public void ended() {
    over = true;
    waiting.clear();
    stream.close();
  }

  @Override
  public void writable() {
    pass();
  }

  @Override
  public void deliver(List<Delivery> deliveries, int handled) {
    sink.execute(
        () -> {
          requestsDone += handled;
          waiting.addAll(deliveries);
          pass();
        });
  }

  private void pass() {
    while (!waiting.isEmpty() && sink.isWritable()) {
      var delivery = waiting.remove();
      answers.of(delivery, answer -> sink.send(form.apply(answer)));
      sent++;
      sentBytes += delivery.bytes();
    }
    if (over || !sink.isWritable()) {
      return;
    }
    if (sent > 0) {
      stream.taken(sent, sentBytes);
      sent = 0;
      sentBytes = 0;
    }
    // A client that does not listen is not heard either: answers to it would pile up.
    if (requestsDone > 0) {
      sink.requestMore(requestsDone);
      requestsDone = 0;
    }
  }
}
