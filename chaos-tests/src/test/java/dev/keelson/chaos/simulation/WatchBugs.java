package dev.keelson.chaos.simulation;

import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.server.rpc.StreamHandler;
import dev.keelson.server.rpc.StreamSink;

/** What a watch must not do, done to its stream: mutants 43 to 49 of reliability.md 2.7. */
final class WatchBugs {
  private WatchBugs() {}

  /** 43: the watcher is taken for up to date one revision early. */
  static final class BeginsOneLate extends AlteredStream<WatchRequest, WatchResponse> {
    BeginsOneLate(
        StreamHandler<WatchRequest, WatchResponse> sound, StreamSink<WatchResponse> client) {
      super(sound, client);
    }

    @Override
    WatchRequest asked(WatchRequest request) {
      return movedBy(1, request);
    }
  }

  /** 46: after a restore what was sent before is sent again. */
  static final class SendsAgain extends AlteredStream<WatchRequest, WatchResponse> {
    SendsAgain(StreamHandler<WatchRequest, WatchResponse> sound, StreamSink<WatchResponse> client) {
      super(sound, client);
    }

    @Override
    WatchRequest asked(WatchRequest request) {
      return movedBy(-1, request);
    }
  }

  private static WatchRequest movedBy(long revisions, WatchRequest request) {
    if (!request.hasCreateRequest()) {
      return request;
    }
    var create = request.getCreateRequest();
    long start = Math.max(1, create.getStartRevision() + revisions);
    return request.toBuilder().setCreateRequest(create.toBuilder().setStartRevision(start)).build();
  }

  /** 44: what happens between registration and catch-up is lost. */
  static final class LosesTheFirst extends AlteredStream<WatchRequest, WatchResponse> {
    private boolean lost;

    LosesTheFirst(
        StreamHandler<WatchRequest, WatchResponse> sound, StreamSink<WatchResponse> client) {
      super(sound, client);
    }

    @Override
    void told(WatchResponse response) {
      if (lost || response.getEventsCount() == 0) {
        client.send(response);
      }
      lost |= response.getEventsCount() > 0;
    }
  }

  /** 45: progress is told while events wait to be sent. */
  static final class TellsProgressTooEarly extends AlteredStream<WatchRequest, WatchResponse> {
    TellsProgressTooEarly(
        StreamHandler<WatchRequest, WatchResponse> sound, StreamSink<WatchResponse> client) {
      super(sound, client);
    }

    @Override
    void told(WatchResponse response) {
      if (response.getEventsCount() > 0) {
        long newest = response.getEvents(response.getEventsCount() - 1).getKv().getModRevision();
        client.send(
            WatchResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setRevision(newest))
                .setWatchId(response.getWatchId())
                .build());
      }
      client.send(response);
    }
  }

  /** 48: a watcher that a compaction has overtaken goes on behind it and says nothing. */
  static final class SkipsWhatWasCompacted extends AlteredStream<WatchRequest, WatchResponse> {
    private WatchRequest last = WatchRequest.getDefaultInstance();

    SkipsWhatWasCompacted(
        StreamHandler<WatchRequest, WatchResponse> sound, StreamSink<WatchResponse> client) {
      super(sound, client);
    }

    @Override
    WatchRequest asked(WatchRequest request) {
      last = request;
      return request;
    }

    @Override
    void told(WatchResponse response) {
      if (response.getCanceled() && response.getCompactRevision() > 0) {
        var create = last.getCreateRequest().toBuilder();
        create.setStartRevision(response.getCompactRevision() + 1);
        client.execute(() -> ask(last.toBuilder().setCreateRequest(create).build()));
      } else {
        client.send(response);
      }
    }
  }

  /** 49: events of two revisions change places. */
  static final class MixesRevisions extends AlteredStream<WatchRequest, WatchResponse> {
    MixesRevisions(
        StreamHandler<WatchRequest, WatchResponse> sound, StreamSink<WatchResponse> client) {
      super(sound, client);
    }

    @Override
    void told(WatchResponse response) {
      int count = response.getEventsCount();
      if (count > 1) {
        client.send(
            response.toBuilder()
                .setEvents(0, response.getEvents(count - 1))
                .setEvents(count - 1, response.getEvents(0))
                .build());
      } else {
        client.send(response);
      }
    }
  }

  /** 47: who waits for a revision to come is told of what happens now. */
  static final class MatchesNow extends AlteredStream<WatchRequest, WatchResponse> {
    private final MemberLife by;

    MatchesNow(
        MemberLife by,
        StreamHandler<WatchRequest, WatchResponse> sound,
        StreamSink<WatchResponse> client) {
      super(sound, client);
      this.by = by;
    }

    @Override
    WatchRequest asked(WatchRequest request) {
      long next = by.core().store().current().revision() + 1;
      return request.hasCreateRequest() && request.getCreateRequest().getStartRevision() > next
          ? request.toBuilder()
              .setCreateRequest(request.getCreateRequest().toBuilder().clearStartRevision())
              .build()
          : request;
    }
  }
}
