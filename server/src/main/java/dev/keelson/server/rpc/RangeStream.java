package dev.keelson.server.rpc;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RangeStreamResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import dev.keelson.server.apply.WireBytes;
import dev.keelson.server.apply.WireKeyValues;
import dev.keelson.server.auth.AuthSession;
import dev.keelson.server.replica.Completion;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.RangeQuery.RevisionFilters;
import dev.keelson.storage.mvcc.RangeQuery.SortOrder;
import dev.keelson.storage.mvcc.RangeQuery.SortTarget;
import dev.keelson.storage.mvcc.ReadView;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * KV.RangeStream: a range in pieces, all of one revision (R19 to R26). A piece is read when the
 * client has taken the one before, each on a view of its own: a slow client holds back neither
 * memory nor a compaction, which may end its stream (R22).
 */
final class RangeStream implements StreamHandler<RangeRequest, RangeStreamResponse> {
  private static final int FIRST_CHUNK_KEYS = 10;
  private static final int MAX_CHUNK_KEYS = 1 << 20;

  /** A piece goes beyond it by one key at most. */
  private static final long CHUNK_BYTES = 512 << 10;

  private final Replica replica;
  private final ResponseHeaders headers;
  private final CallEnvironment environment;

  RangeStream(Replica replica, ResponseHeaders headers, CallEnvironment environment) {
    this.replica = replica;
    this.headers = headers;
    this.environment = environment;
  }

  @Override
  public StreamReceiver<RangeRequest> open(StreamSink<RangeStreamResponse> sink) {
    return new Call(sink);
  }

  /** R19. */
  private static Optional<EtcdError> firstError(RangeRequest request) {
    Optional<EtcdError> error = RequestChecks.ofRange(request);
    if (error.isPresent()) {
      return error;
    }
    boolean inKeyOrder =
        switch (request.getSortOrder()) {
          case NONE -> true;
          case ASCEND -> request.getSortTarget() == RangeRequest.SortTarget.KEY;
          case DESCEND, UNRECOGNIZED -> false;
        };
    if (!inKeyOrder) {
      return Optional.of(EtcdError.RANGE_STREAM_SORT);
    }
    return WireKeyValues.queryOf(request).filters().isActive()
        ? Optional.of(EtcdError.RANGE_STREAM_FILTER)
        : Optional.empty();
  }

  /**
   * Where a stream stands between two pieces.
   *
   * @param request what is still asked for: from the first key not sent on
   * @param pinned the revision of all pieces; 0 before the first (R21)
   * @param headerRevision R when the first piece was read
   * @param sent keys sent
   * @param chunkKeys most keys of the next piece
   */
  private record Position(
      RangeRequest request, long pinned, long headerRevision, long sent, int chunkKeys) {

    static Position before(RangeRequest request) {
      return new Position(request, Math.max(0, request.getRevision()), 0, 0, FIRST_CHUNK_KEYS);
    }

    boolean isFirst() {
      return headerRevision == 0;
    }

    /** R26: whatever the target, pieces come in key order. */
    RangeQuery query() {
      var asked = WireKeyValues.queryOf(request);
      return new RangeQuery(
          asked.range(),
          pinned,
          Math.min(chunkKeys, request.getLimit() > 0 ? request.getLimit() - sent : chunkKeys),
          SortOrder.NONE,
          SortTarget.KEY,
          asked.projection(),
          RevisionFilters.NONE);
    }

    Position pinnedTo(ReadView view) {
      return new Position(
          request, pinned > 0 ? pinned : view.revision(), view.revision(), sent, chunkKeys);
    }

    Position after(ByteString lastKey, int keys) {
      var rest =
          request.toBuilder().setKey(lastKey.concat(ByteString.copyFrom(new byte[1]))).build();
      return new Position(
          rest, pinned, headerRevision, sent + keys, Math.min(2 * chunkKeys, MAX_CHUNK_KEYS));
    }

    boolean hasReachedItsLimit() {
      return request.getLimit() > 0 && sent >= request.getLimit();
    }
  }

  /** What one read has come to. */
  private sealed interface Piece {
    record Kvs(RangeStreamResponse message, Position next) implements Piece {}

    record Last(RangeStreamResponse message) implements Piece {}

    record Refused(EtcdError error) implements Piece {}
  }

  private Piece read(Position before, ReadView view) {
    var position = before.isFirst() ? before.pinnedTo(view) : before;
    if (position.request().getCountOnly()) {
      return switch (view.range(position.query())) {
        case RangeOutcome.Found found ->
            last(RangeResponse.newBuilder(), position, false, found.count());
        case RangeOutcome.Compacted _ -> new Piece.Refused(EtcdError.COMPACTED);
        case RangeOutcome.Future _ -> new Piece.Refused(EtcdError.FUTURE_REV);
      };
    }
    return switch (view.page(position.query(), CHUNK_BYTES)) {
      case RangeOutcome.Found found -> piece(found, position, view);
      case RangeOutcome.Compacted _ -> new Piece.Refused(EtcdError.COMPACTED);
      case RangeOutcome.Future _ -> new Piece.Refused(EtcdError.FUTURE_REV);
    };
  }

  private Piece piece(RangeOutcome.Found found, Position position, ReadView view) {
    var response = RangeResponse.newBuilder();
    found.kvs().forEach(kv -> response.addKvs(WireKeyValues.of(kv)));
    int keys = response.getKvsCount();
    if (!found.more()) {
      return last(response, position, false, position.sent() + keys);
    }
    var next = position.after(response.getKvs(keys - 1).getKey(), keys);
    if (next.hasReachedItsLimit()) {
      var rest = next.query().withProjection(RangeQuery.Projection.COUNT_ONLY);
      return view.range(rest) instanceof RangeOutcome.Found uncounted
          ? last(response, next, true, next.sent() + uncounted.count())
          : new Piece.Refused(EtcdError.COMPACTED);
    }
    return new Piece.Kvs(RangeStreamResponse.newBuilder().setRangeResponse(response).build(), next);
  }

  /** R20: only the last message tells of the whole. */
  private Piece.Last last(
      RangeResponse.Builder response, Position position, boolean more, long count) {
    response.setHeader(headers.at(position.headerRevision())).setMore(more).setCount(count);
    return new Piece.Last(RangeStreamResponse.newBuilder().setRangeResponse(response).build());
  }

  /** One call; all on its connection's thread but for {@link #ended} as others ask it. */
  private final class Call implements StreamReceiver<RangeRequest>, Completion<Long> {
    private final StreamSink<RangeStreamResponse> sink;
    private Optional<Position> waiting = Optional.empty();
    private @Nullable AuthSession session;
    private long heldBytes;
    private boolean asked;
    private volatile boolean ended;

    Call(StreamSink<RangeStreamResponse> sink) {
      this.sink = sink;
    }

    @Override
    public void message(RangeRequest request) {
      asked = true;
      var error = firstError(request);
      if (error.isPresent()) {
        sink.fail(error.get());
        return;
      }
      waiting = Optional.of(Position.before(request));
      if (request.getSerializable()) {
        judge();
      } else {
        replica.awaitReadIndex(this);
      }
    }

    /** Once, before the first piece (section 1.8). */
    private void judge() {
      environment
          .access()
          .identify(sink.credentials(), sink::executeAfter, sink::fail, this::judge);
    }

    private void judge(AuthSession judged) {
      session = judged;
      var request = waiting.orElseThrow().request();
      judged
          .clearance()
          .mayRead(WireBytes.of(request.getKey()), WireBytes.of(request.getRangeEnd()))
          .ifPresentOrElse(sink::fail, this::readOn);
    }

    /** I21 for the first piece, R27 for the last; in between the revision is the same. */
    private boolean stillHolds() {
      return session == null || environment.access().stillHolds(session);
    }

    @Override
    public void complete(Outcome<Long> outcome) {
      sink.execute(
          () -> {
            switch (outcome) {
              case Outcome.Success<Long> _ -> judge();
              case Outcome.Failure<Long>(var error) -> sink.fail(error);
            }
          });
    }

    @Override
    public boolean isCancelled() {
      return ended;
    }

    @Override
    public void halfClosed() {
      if (!asked) {
        sink.fail(StatusCode.INTERNAL, "no request message for a server stream");
      }
    }

    @Override
    public void writable() {
      if (heldBytes > 0 && sink.isWritable()) {
        release();
        readOn();
      }
    }

    private void readOn() {
      var position = waiting.orElseThrow();
      waiting = Optional.empty();
      if (!environment.admission().hasOutboundRoom()
          || !environment.readPool().offer(new PieceRead(position))) {
        sink.fail(EtcdError.REQUEST_TOO_MANY_REQUESTS);
      }
    }

    private void deliver(Piece piece) {
      switch (piece) {
        case Piece.Kvs(var message, var next) -> {
          sink.send(message);
          waiting = Optional.of(next);
          if (sink.isWritable()) {
            readOn();
          } else {
            hold(message.getSerializedSize());
          }
        }
        case Piece.Last(var message) -> {
          sink.send(message);
          if (stillHolds()) {
            sink.complete();
          } else {
            sink.fail(EtcdError.AUTH_OLD_REVISION);
          }
        }
        case Piece.Refused(var error) -> sink.fail(error);
      }
    }

    /** What the client has not taken yet counts against the answers of all. */
    private void hold(int bytes) {
      heldBytes = bytes;
      environment.admission().holdAnswer(bytes);
    }

    private void release() {
      environment.admission().releaseAnswer(heldBytes);
      heldBytes = 0;
    }

    @Override
    public void ended() {
      ended = true;
      release();
    }

    /** Nothing is read for a client that has gone. */
    private final class PieceRead implements ViewRead {
      private final Position position;

      PieceRead(Position position) {
        this.position = position;
      }

      @Override
      public void run(ReadView view) {
        if (!ended) {
          var piece =
              position.isFirst() && !stillHolds()
                  ? new Piece.Refused(EtcdError.AUTH_OLD_REVISION)
                  : read(position, view);
          sink.execute(() -> deliver(piece));
        }
      }

      @Override
      public void failed(RuntimeException cause) {
        environment.failures().callFailed("etcdserverpb.KV/RangeStream", cause);
        sink.execute(() -> sink.fail(EtcdError.INTERNAL_ERROR));
      }
    }
  }
}
