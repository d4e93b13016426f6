package dev.keelson.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.keelson.api.peer.AppendAccepted;
import dev.keelson.api.peer.AppendRejected;
import dev.keelson.api.peer.AppendRequest;
import dev.keelson.api.peer.EntryRecord;
import dev.keelson.api.peer.ForwardChange;
import dev.keelson.api.peer.ForwardProposals;
import dev.keelson.api.peer.ForwardRejected;
import dev.keelson.api.peer.FrameKind;
import dev.keelson.api.peer.Heartbeat;
import dev.keelson.api.peer.HeartbeatResponse;
import dev.keelson.api.peer.ProposalRecord;
import dev.keelson.api.peer.ReadIndexRequest;
import dev.keelson.api.peer.ReadIndexResponse;
import dev.keelson.api.peer.TimeoutNow;
import dev.keelson.api.peer.VoteRequest;
import dev.keelson.api.peer.VoteResponse;
import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.membership.ConfigurationCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {
  private static final long FROM = 0xa1;
  private static final long TO = 0xb2;

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 200);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyKindComesBackAsItWasSent(long seed) throws FrameException {
    var messages = new RandomMessages(new SeededRandom(seed), FROM, TO);
    for (int kind = 0; kind < RandomMessages.KINDS; kind++) {
      var message = messages.next(kind);
      var frame = encode(message);
      assertThat(MessageCodec.read(kindOf(frame), bodyOf(frame), FROM, TO)).isEqualTo(message);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void handWrittenBytesAreThoseOfTheSchema(long seed) {
    var messages = new RandomMessages(new SeededRandom(seed), FROM, TO);
    for (int kind = 0; kind < RandomMessages.KINDS; kind++) {
      var message = messages.next(kind);
      var body = bodyOf(encode(message));
      var array = new byte[body.readableBytes()];
      body.readBytes(array);
      assertThat(array).as("%s", message).isEqualTo(generated(message).toByteArray());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void frameNeverExceedsItsBound(long seed) {
    var messages = new RandomMessages(new SeededRandom(seed), FROM, TO);
    for (int kind = 0; kind < RandomMessages.KINDS; kind++) {
      var message = messages.next(kind);
      assertThat((long) encode(message).readableBytes())
          .as("%s", message)
          .isLessThanOrEqualTo(MessageCodec.boundOf(message));
    }
  }

  /** fz-peer: what is cut or overwritten is refused, or read as something; it never breaks us. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void brokenBodiesAreRefusedAndNothingElse(long seed) {
    var random = new SeededRandom(seed);
    var messages = new RandomMessages(random, FROM, TO);
    for (int kind = 0; kind < RandomMessages.KINDS; kind++) {
      var frame = encode(messages.next(kind));
      var body = bodyOf(frame);
      for (int trial = 0; trial < 20 && body.isReadable(); trial++) {
        var broken = body.copy(body.readerIndex(), random.nextInt(body.readableBytes() + 1));
        if (broken.isReadable() && random.nextBoolean()) {
          broken.setByte(random.nextInt(broken.readableBytes()), random.nextInt(256));
        }
        readOrRefuse(kindOf(frame), broken);
      }
    }
  }

  @Test
  void unknownFieldsOfALaterVersionAreSkipped() throws FrameException {
    var body = Unpooled.buffer();
    WireWriter.numbers(body, 7, 8);
    WireWriter.fixed64(body, 9, 1);
    WireWriter.bytes(body, 10, Bytes.wrap(new byte[] {1, 2, 3}));
    WireWriter.number(body, 11, 5);
    body.writeByte((12 << 3) | WireWriter.FIXED32).writeInt(1);

    assertThat(MessageCodec.read(FrameKind.APPEND_ACCEPTED, body, FROM, TO))
        .isEqualTo(new Message.AppendAccepted(FROM, TO, 7, 8));
  }

  @Test
  void payloadsDoNotKeepTheFrameTheyCameIn() throws FrameException {
    var frame = encode(new RandomMessages(new SeededRandom(3), FROM, TO).next(2));
    var read = (Message.AppendRequest) MessageCodec.read(kindOf(frame), bodyOf(frame), FROM, TO);

    assertThat(read.entries()).isNotEmpty();
    assertThat(read.entries())
        .allSatisfy(
            entry -> assertThat(entry.payload().backingArray()).hasSize(entry.payload().length()));
  }

  @Test
  void termThatOverflowsIsRefused() {
    var body = Unpooled.buffer();
    WireWriter.numbers(body, -1, 8);
    assertThatThrownBy(() -> MessageCodec.read(FrameKind.APPEND_ACCEPTED, body, FROM, TO))
        .isInstanceOf(FrameException.class)
        .hasMessage("term or index 18446744073709551615 is too large");
  }

  @Test
  void entryWithoutIndexIsRefused() {
    var body = Unpooled.buffer();
    WireWriter.lengthDelimited(body, 5, 2);
    WireWriter.number(body, 1, 3);
    assertThatThrownBy(() -> MessageCodec.read(FrameKind.APPEND_REQUEST, body, FROM, TO))
        .isInstanceOf(FrameException.class)
        .hasMessage("an entry without term or index");
  }

  @Test
  void fieldLongerThanItsMessageIsRefusedBeforeMemoryIsTaken() {
    var body = Unpooled.buffer();
    WireWriter.lengthDelimited(body, 5, Integer.MAX_VALUE);
    assertThatThrownBy(() -> MessageCodec.read(FrameKind.APPEND_REQUEST, body, FROM, TO))
        .isInstanceOf(FrameException.class)
        .hasMessage("field 5 is longer than its message");
  }

  @Test
  void handshakeFramesAreNoMessages() {
    assertThatThrownBy(() -> MessageCodec.read(FrameKind.HELLO, Unpooled.buffer(), FROM, TO))
        .isInstanceOf(FrameException.class)
        .hasMessage("HELLO is not a raft message");
  }

  private static void readOrRefuse(FrameKind kind, ByteBuf body) {
    try {
      assertThat(MessageCodec.read(kind, body, FROM, TO)).isNotNull();
    } catch (FrameException e) {
      assertThat(e).hasMessageMatching("(?s).+");
    }
  }

  private static ByteBuf encode(Message message) {
    var frame = Unpooled.buffer();
    MessageCodec.write(message, frame);
    assertThat(frame.getInt(0)).isEqualTo(frame.readableBytes() - Frames.HEADER_BYTES);
    return frame;
  }

  private static FrameKind kindOf(ByteBuf frame) {
    var kind = FrameKind.forNumber(frame.getByte(Frames.HEADER_BYTES));
    assertThat(kind).isNotNull();
    return kind;
  }

  private static ByteBuf bodyOf(ByteBuf frame) {
    int start = Frames.HEADER_BYTES + Frames.KIND_BYTES;
    return frame.slice(start, frame.readableBytes() - start);
  }

  private static MessageLite generated(Message message) {
    return switch (message) {
      case Message.VoteRequest(_, _, var term, var preVote, LogPosition last, var transfer) ->
          VoteRequest.newBuilder()
              .setTerm(term)
              .setPreVote(preVote)
              .setLastTerm(last.term())
              .setLastIndex(last.index())
              .setTransfer(transfer)
              .build();
      case Message.VoteResponse(_, _, var term, var preVote, var granted) ->
          VoteResponse.newBuilder().setTerm(term).setPreVote(preVote).setGranted(granted).build();
      case Message.AppendRequest append -> generatedAppend(append);
      case Message.AppendAccepted(_, _, var term, var matchIndex) ->
          AppendAccepted.newBuilder().setTerm(term).setMatchIndex(matchIndex).build();
      case Message.AppendRejected(_, _, var term, var rejectedIndex, LogPosition hint) ->
          AppendRejected.newBuilder()
              .setTerm(term)
              .setRejectedIndex(rejectedIndex)
              .setHintTerm(hint.term())
              .setHintIndex(hint.index())
              .build();
      case Message.Heartbeat(_, _, var term, var commit, var readRound) ->
          Heartbeat.newBuilder().setTerm(term).setCommit(commit).setReadRound(readRound).build();
      case Message.HeartbeatResponse(_, _, var term, var readRound) ->
          HeartbeatResponse.newBuilder().setTerm(term).setReadRound(readRound).build();
      case Message.ReadIndexRequest(_, _, var term, var readId) ->
          ReadIndexRequest.newBuilder().setTerm(term).setReadId(readId).build();
      case Message.ReadIndexResponse(_, _, var term, var readId, var index) ->
          ReadIndexResponse.newBuilder().setTerm(term).setReadId(readId).setIndex(index).build();
      case Message.ForwardProposals forward -> generatedForward(forward);
      case Message.ForwardChange(_, _, var term, var change) ->
          ForwardChange.newBuilder()
              .setTerm(term)
              .setId(change.id())
              .setTarget(
                  ByteString.copyFrom(
                      ConfigurationCodec.encode(change.target(), change.note()).toArray()))
              .build();
      case Message.ForwardRejected(_, _, var term, List<Long> ids, var reason) ->
          ForwardRejected.newBuilder()
              .setTerm(term)
              .addAllProposalIds(ids)
              .setReason(ForwardRejected.Reason.valueOf(reason.name()))
              .build();
      case Message.TimeoutNow(_, _, var term) -> TimeoutNow.newBuilder().setTerm(term).build();
      case Message.SnapshotArrived arrived -> throw new IllegalArgumentException("" + arrived);
    };
  }

  private static MessageLite generatedAppend(Message.AppendRequest append) {
    var builder =
        AppendRequest.newBuilder()
            .setTerm(append.term())
            .setPreviousTerm(append.previous().term())
            .setPreviousIndex(append.previous().index())
            .setCommit(append.commit());
    for (var entry : append.entries()) {
      builder.addEntries(
          EntryRecord.newBuilder()
              .setTerm(entry.term())
              .setIndex(entry.index())
              .setType(entry.type().number())
              .setPayload(ByteString.copyFrom(entry.payload().toArray())));
    }
    return builder.build();
  }

  private static MessageLite generatedForward(Message.ForwardProposals forward) {
    var builder = ForwardProposals.newBuilder().setTerm(forward.term());
    for (var proposal : forward.proposals()) {
      builder.addProposals(
          ProposalRecord.newBuilder()
              .setId(proposal.id())
              .setForwardable(proposal.forwardable())
              .setPayload(ByteString.copyFrom(proposal.payload().toArray())));
    }
    return builder.build();
  }
}
