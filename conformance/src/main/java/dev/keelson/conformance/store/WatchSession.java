package dev.keelson.conformance.store;

import dev.keelson.api.etcdserverpb.WatchCancelRequest;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.etcdserverpb.WatchProgressRequest;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One Watch stream. Every response is checked to name the cluster, the member and the term (W1).
 * One thread uses it.
 */
public final class WatchSession implements AutoCloseable {
  /** The watch_id of answers that are about the whole stream, and of refused creations. */
  public static final long NONE = -1;

  /** Ids of the watchers that {@link #expectSilence} adds: no case takes so large a one. */
  private static final long FIRST_FENCE = 1L << 40;

  private final Duplex<WatchRequest, WatchResponse> stream;
  private long fences = FIRST_FENCE;

  private WatchSession(Duplex<WatchRequest, WatchResponse> stream) {
    this.stream = stream;
  }

  static WatchSession open(Channel channel, Metadata headers) {
    return new WatchSession(Duplex.open(channel, WatchGrpc.getWatchMethod(), headers));
  }

  /** A client that reads one response and then no more, until {@link #readOn}. */
  static WatchSession openStalled(Channel channel) {
    var session =
        new WatchSession(Duplex.openUnread(channel, WatchGrpc.getWatchMethod(), new Metadata()));
    session.stream.read(1);
    return session;
  }

  public void send(WatchCreateRequest.Builder request) {
    stream.send(WatchRequest.newBuilder().setCreateRequest(request).build());
  }

  /** Creates a watcher; the next response on the stream must say that it is created. */
  public WatchResponse create(WatchCreateRequest.Builder request) {
    WatchResponse created = answerToCreate(request);
    Expect.isFalse(created.getCanceled(), "the creation was refused: " + created.getCancelReason());
    return created;
  }

  /** The next response must refuse to create this watcher, for this reason, and harm nobody. */
  public void refuse(WatchCreateRequest.Builder request, String reason) {
    WatchResponse refused = answerToCreate(request);
    Expect.isTrue(refused.getCanceled(), "the creation is refused");
    Expect.equal(NONE, refused.getWatchId(), "watch_id of a refused creation");
    Expect.equal(reason, refused.getCancelReason(), "cancel_reason");
    Expect.equal(0, refused.getCompactRevision(), "compact_revision of a refused creation");
  }

  public void sendCancel(long watchId) {
    stream.send(
        WatchRequest.newBuilder()
            .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(watchId))
            .build());
  }

  /** Cancels a watcher; the next response must acknowledge it. */
  public WatchResponse cancel(long watchId) {
    sendCancel(watchId);
    WatchResponse canceled = next();
    Expect.isTrue(canceled.getCanceled(), "canceled, where a cancellation is due");
    Expect.isFalse(canceled.getCreated(), "created, where a cancellation is due");
    Expect.equal(watchId, canceled.getWatchId(), "watch_id of the cancellation");
    Expect.equal("", canceled.getCancelReason(), "cancel_reason");
    Expect.equal(0, canceled.getEventsCount(), "events of the cancellation");
    return canceled;
  }

  public void sendProgressRequest() {
    stream.send(
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build());
  }

  /** Asks how far the stream is; the next response must say it. */
  public long progress() {
    sendProgressRequest();
    WatchResponse progress = next();
    checkProgress(progress, NONE);
    return progress.getHeader().getRevision();
  }

  public WatchResponse next() {
    return checked(stream.next());
  }

  public Optional<WatchResponse> next(Duration within) {
    return stream.next(within).map(WatchSession::checked);
  }

  /** The next response must have events of this watcher. */
  public WatchResponse nextEvents(long watchId) {
    WatchResponse response = next();
    Expect.isFalse(response.getCreated(), "created, where events are due");
    Expect.isFalse(response.getCanceled(), "canceled, where events are due");
    Expect.equal(watchId, response.getWatchId(), "watch_id of the events");
    Expect.isTrue(response.getEventsCount() > 0, "there are events in the response");
    return response;
  }

  /** The next event, which must come alone and be of this watcher. */
  public Event nextEvent(long watchId) {
    WatchResponse response = nextEvents(watchId);
    Expect.equal(1, response.getEventsCount(), "events in the response");
    return response.getEvents(0);
  }

  /** So many events of this watcher, however they are spread over responses. */
  public List<Event> events(long watchId, int count) {
    var events = new ArrayList<Event>();
    while (events.size() < count) {
      events.addAll(nextEvents(watchId).getEventsList());
    }
    Expect.equal(count, events.size(), "events");
    return events;
  }

  /**
   * Nothing is on its way to this client: a change made now, of a key that a new watcher waits for,
   * is the next thing that comes. It would have to wait behind anything older (W13).
   */
  public void expectSilence(Store store, Keys keys) {
    long id = fences++;
    create(keys.watch("fence/").setWatchId(id));
    store.put(keys.put("fence/", "1"));
    Expect.equal(keys.at("fence/"), nextEvent(id).getKv().getKey(), "key of the next event");
    cancel(id);
  }

  public void halfClose() {
    stream.halfClose();
  }

  /** Begins to read again. */
  public void readOn() {
    stream.readOn();
  }

  public Status end(Duration within) {
    return stream.end(within);
  }

  @Override
  public void close() {
    stream.close();
  }

  public static void checkProgress(WatchResponse response, long watchId) {
    Expect.equal(watchId, response.getWatchId(), "watch_id of a progress response");
    Expect.equal(0, response.getEventsCount(), "events in a progress response");
    Expect.isFalse(response.getCreated(), "created, in a progress response");
    Expect.isFalse(response.getCanceled(), "canceled, in a progress response");
  }

  private WatchResponse answerToCreate(WatchCreateRequest.Builder request) {
    send(request);
    WatchResponse created = next();
    Expect.isTrue(created.getCreated(), "created, in the answer to a creation");
    Expect.equal(0, created.getEventsCount(), "events in the answer to a creation");
    return created;
  }

  private static WatchResponse checked(WatchResponse response) {
    Expect.isTrue(response.getHeader().getClusterId() != 0, "the header names the cluster");
    Expect.isTrue(response.getHeader().getMemberId() != 0, "the header names the member");
    Expect.isTrue(response.getHeader().getRaftTerm() > 0, "the header has the term");
    return response;
  }
}
