package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import dev.keelson.raft.Bytes;
import dev.keelson.server.apply.WireBytes;
import dev.keelson.server.auth.AuthSession;
import dev.keelson.server.watch.Delivery;
import dev.keelson.server.watch.OutgoingDeliveries;
import dev.keelson.server.watch.WatchHub;
import dev.keelson.server.watch.WatchOutlet;
import dev.keelson.server.watch.WatchSpec;
import dev.keelson.server.watch.WatchStream;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final Access access;
  private final Function<WatchAnswer, R> form;
  private final WatchStream stream;
  private final OutgoingDeliveries waiting = new OutgoingDeliveries();

  /** Handed over by the hub; it bounds what is in here together with what waits. */
  private final Queue<Turn> turns = new ConcurrentLinkedQueue<>();

  /** Whether {@link #takeTurns} is on its way to the connection's thread. */
  private final AtomicBoolean announced = new AtomicBoolean();

  /** Requests behind one whose caller is not known yet: their order is kept. */
  private final Queue<WatchRequest> held = new ArrayDeque<>();

  private boolean judging;
  private int requestsDone;

  /** Sent, and perhaps still in the library's hands. */
  private int sent;

  private long sentBytes;
  private boolean over;

  private record Turn(List<Delivery> deliveries, int handled) {}

  WatchCall(
      WatchHub hub,
      WatchAnswers answers,
      Access access,
      StreamSink<R> sink,
      Function<WatchAnswer, R> form) {
    this.sink = sink;
    this.answers = answers;
    this.access = access;
    this.form = form;
    this.stream = hub.open(this);
    sink.requestMore(MAX_REQUESTS - 1);
  }

  @Override
  public void message(WatchRequest request) {
    if (judging) {
      held.add(request); // as many as were asked for, at most
    } else {
      handle(request);
    }
  }

  private void handle(WatchRequest request) {
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> create(request.getCreateRequest());
      case CANCEL_REQUEST -> stream.cancel(request.getCancelRequest().getWatchId());
      case PROGRESS_REQUEST -> stream.requestProgress();
      case REQUESTUNION_NOT_SET -> stream.pass();
    }
  }

  /** W7, at the place that W6 gives it; what was allowed once is not asked again. */
  private void create(WatchCreateRequest request) {
    var spec = spec(request);
    if (request.getStartRevision() < 0) {
      stream.create(spec);
      return;
    }
    judging = true;
    access.identify(
        sink.credentials(),
        sink::executeAfter,
        error -> judged(() -> stream.refuse(text(error))),
        session ->
            judged(
                () ->
                    refusal(request, session)
                        .ifPresentOrElse(
                            error -> stream.refuse(text(error)), () -> stream.create(spec))));
  }

  private static Optional<EtcdError> refusal(WatchCreateRequest request, AuthSession session) {
    return session.state().enabled()
        ? session.clearance().mayRead(keyOf(request), WireBytes.of(request.getRangeEnd()))
        : Optional.empty();
  }

  private void judged(Runnable then) {
    judging = false;
    then.run();
    while (!judging && !held.isEmpty()) {
      handle(held.remove());
    }
  }

  /** A status as Go prints it. */
  private static String text(EtcdError error) {
    return "rpc error: code = %s desc = %s".formatted(goName(error.code()), error.message());
  }

  private static String goName(StatusCode code) {
    var name = new StringBuilder();
    for (var word : code.name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return name.toString();
  }

  /** W3: no key is the least key there is. */
  private static Bytes keyOf(WatchCreateRequest request) {
    return request.getKey().isEmpty() ? Bytes.wrap(new byte[1]) : WireBytes.of(request.getKey());
  }

  private static WatchSpec spec(WatchCreateRequest request) {
    var filters = request.getFiltersList();
    var options =
        new WatchSpec.Options(
            !filters.contains(WatchCreateRequest.FilterType.NOPUT),
            !filters.contains(WatchCreateRequest.FilterType.NODELETE),
            request.getPrevKv(),
            request.getProgressNotify(),
            request.getFragment());
    var range = KeyRange.of(keyOf(request), WireBytes.of(request.getRangeEnd()));
    return new WatchSpec(request.getWatchId(), range, request.getStartRevision(), options);
  }

  /** W18: the client may listen on. */
  @Override
  public void halfClosed() {}

  @Override
  public void ended() {
    over = true;
    turns.clear();
    waiting.clear();
    held.clear();
    stream.close();
  }

  @Override
  public void writable() {
    pass();
  }

  @Override
  public void deliver(List<Delivery> deliveries, int handled) {
    turns.add(new Turn(deliveries, handled));
    if (!announced.getAndSet(true)) {
      sink.execute(this::takeTurns);
    }
  }

  private void takeTurns() {
    announced.set(false); // before looking: what comes from now on is announced anew
    for (var turn = turns.poll(); turn != null; turn = turns.poll()) {
      requestsDone += turn.handled();
      waiting.addAll(turn.deliveries());
    }
    pass();
  }

  private void pass() {
    while (!waiting.isEmpty() && sink.isWritable()) {
      var next = waiting.remove();
      answers.of(next.delivery(), answer -> sink.send(form.apply(answer)));
      sent += next.deliveries();
      sentBytes += next.bytes();
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
