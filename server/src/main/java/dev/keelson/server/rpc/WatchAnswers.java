package dev.keelson.server.rpc;

import com.google.protobuf.CodedOutputStream;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.server.watch.Delivery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Puts deliveries into the words of the wire. For one thread. */
final class WatchAnswers {
  private final ResponseHeaders headers;
  private final int fragmentBytes;
  private ResponseHeader lastHeader = ResponseHeader.getDefaultInstance();

  /** As a field of a response. */
  private byte[] encodedHeader = new byte[0];

  /**
   * @param fragmentBytes W15: from this size on an answer is sent in parts to those who take them
   */
  WatchAnswers(ResponseHeaders headers, int fragmentBytes) {
    this.headers = headers;
    this.fragmentBytes = fragmentBytes;
  }

  /** One answer, or several fragments of one. */
  void of(Delivery delivery, Consumer<WatchAnswer> target) {
    switch (delivery) {
      case Delivery.Created(long id, long revision) ->
          target.accept(alone(envelope(id, revision).setCreated(true)));
      case Delivery.Refused(String reason, long revision) ->
          target.accept(
              alone(
                  envelope(Delivery.WHOLE_STREAM, revision)
                      .setCreated(true)
                      .setCanceled(true)
                      .setCancelReason(reason)));
      case Delivery.Canceled(long id, long revision) ->
          target.accept(alone(envelope(id, revision).setCanceled(true)));
      case Delivery.Compacted(long id, long compactRevision) ->
          target.accept(
              alone(envelope(id, 0).setCanceled(true).setCompactRevision(compactRevision)));
      case Delivery.Progress(long id, long revision) ->
          target.accept(alone(envelope(id, revision)));
      case Delivery.Events events -> events(events, target);
    }
  }

  private void events(Delivery.Events delivery, Consumer<WatchAnswer> target) {
    var encoded = encoded(delivery);
    byte[] last = eventEnvelope(delivery.watchId(), delivery.revision());
    if (!delivery.options().fragments()
        || encoded.size() < 2
        || last.length + delivery.eventBytes() < fragmentBytes) {
      target.accept(new WatchAnswer(last, encoded));
      return;
    }
    byte[] part =
        envelope(delivery.watchId(), delivery.revision()).setFragment(true).build().toByteArray();
    int from = 0;
    while (from < encoded.size()) {
      int to = fragmentEnd(encoded, from, part.length);
      byte[] header = to == encoded.size() ? last : part;
      target.accept(new WatchAnswer(header, encoded.subList(from, to)));
      from = to;
    }
  }

  private static List<byte[]> encoded(Delivery.Events delivery) {
    boolean previous = delivery.options().previous();
    var events = delivery.events();
    if (events.size() == 1) {
      return List.of(events.getFirst().encoded(previous));
    }
    var encoded = new ArrayList<byte[]>(events.size());
    for (var event : events) {
      encoded.add(event.encoded(previous));
    }
    return encoded;
  }

  /** Written by hand: a thousand watchers hear of one revision, and differ in their id only. */
  private byte[] eventEnvelope(long watchId, long revision) {
    renewHeader(revision);
    if (watchId == 0) {
      return encodedHeader;
    }
    int idSize = CodedOutputStream.computeInt64Size(WatchResponse.WATCH_ID_FIELD_NUMBER, watchId);
    byte[] envelope = Arrays.copyOf(encodedHeader, encodedHeader.length + idSize);
    int at = encodedHeader.length;
    envelope[at++] = WatchResponse.WATCH_ID_FIELD_NUMBER << 3;
    long rest = watchId;
    for (; (rest & ~0x7fL) != 0; rest >>>= 7) {
      envelope[at++] = (byte) (rest | 0x80);
    }
    envelope[at] = (byte) rest;
    return envelope;
  }

  /** At least one event, and no more than stay below the size. */
  private int fragmentEnd(List<byte[]> events, int from, int envelopeBytes) {
    long bytes = (long) envelopeBytes + events.get(from).length;
    int to = from + 1;
    while (to < events.size() && bytes + events.get(to).length < fragmentBytes) {
      bytes += events.get(to).length;
      to++;
    }
    return to;
  }

  private WatchResponse.Builder envelope(long watchId, long revision) {
    renewHeader(revision);
    return WatchResponse.newBuilder().setHeader(lastHeader).setWatchId(watchId);
  }

  /** Many watchers hear of one revision: its header is made once. */
  private void renewHeader(long revision) {
    if (encodedHeader.length == 0
        || lastHeader.getRevision() != revision
        || lastHeader.getRaftTerm() != headers.term()) {
      lastHeader = headers.at(revision);
      encodedHeader = WatchResponse.newBuilder().setHeader(lastHeader).build().toByteArray();
    }
  }

  private static WatchAnswer alone(WatchResponse.Builder response) {
    return new WatchAnswer(response.build().toByteArray(), List.of());
  }
}
