package dev.keelson.server.transport;

import dev.keelson.api.peer.FrameKind;
import dev.keelson.raft.Bytes;
import dev.keelson.raft.Effect.ProposalRejection;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.InvariantViolation;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.membership.ConfigurationCodec;
import dev.keelson.raft.membership.MembershipChange;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;

/**
 * Raft messages as frames, in the format of peer.proto but written by hand: a generated message
 * would cost two objects and a copy for each entry. A test holds this class and the schema equal.
 */
final class MessageCodec {
  /** Above what any message takes beside its payloads. */
  private static final int FIXED_BOUND = 80;

  /** Above what an entry or a proposal takes beside its payload. */
  private static final int ITEM_BOUND = 40;

  private MessageCodec() {}

  /** At least the size of the message's frame; near it, for large ones. */
  static long boundOf(Message message) {
    return switch (message) {
      case Message.AppendRequest append -> {
        long bound = FIXED_BOUND + (long) ITEM_BOUND * append.entries().size();
        for (Entry entry : append.entries()) {
          bound += entry.payload().length();
        }
        yield bound;
      }
      case Message.ForwardProposals forward -> {
        long bound = FIXED_BOUND + (long) ITEM_BOUND * forward.proposals().size();
        for (Proposal proposal : forward.proposals()) {
          bound += proposal.payload().length();
        }
        yield bound;
      }
      case Message.ForwardChange(_, _, _, var change) -> FIXED_BOUND + targetOf(change).length();
      case Message.ForwardRejected rejected ->
          FIXED_BOUND + (long) Long.BYTES * rejected.proposalIds().size();
      case Message.VoteRequest _,
          Message.VoteResponse _,
          Message.AppendAccepted _,
          Message.AppendRejected _,
          Message.Heartbeat _,
          Message.HeartbeatResponse _,
          Message.ReadIndexRequest _,
          Message.ReadIndexResponse _,
          Message.SnapshotArrived _,
          Message.TimeoutNow _ ->
          FIXED_BOUND;
    };
  }

  /** Appends the message's frame to the buffer, which has {@link #boundOf} bytes of room. */
  static void write(Message message, ByteBuf out) {
    int start = Frames.begin(out, kindOf(message));
    switch (message) {
      case Message.AppendRequest append -> writeAppend(append, out);
      case Message.AppendAccepted(_, _, var term, var matchIndex) ->
          WireWriter.numbers(out, term, matchIndex);
      case Message.AppendRejected(_, _, var term, var rejectedIndex, var hint) ->
          WireWriter.numbers(out, term, rejectedIndex, hint.term(), hint.index());
      case Message.Heartbeat(_, _, var term, var commit, var readRound) ->
          WireWriter.numbers(out, term, commit, readRound);
      case Message.HeartbeatResponse(_, _, var term, var readRound) ->
          WireWriter.numbers(out, term, readRound);
      case Message.ReadIndexRequest(_, _, var term, var readId) ->
          WireWriter.numbers(out, term, readId);
      case Message.ReadIndexResponse(_, _, var term, var readId, var index) ->
          WireWriter.numbers(out, term, readId, index);
      case Message.ForwardProposals forward -> writeForward(forward, out);
      case Message.ForwardChange(_, _, var term, var change) -> {
        WireWriter.number(out, 1, term);
        WireWriter.fixed64(out, 2, change.id());
        WireWriter.bytes(out, 3, targetOf(change));
      }
      case Message.ForwardRejected rejected -> writeRejected(rejected, out);
      case Message.VoteRequest(_, _, var term, var preVote, var last, var transfer) ->
          WireWriter.numbers(out, term, bit(preVote), last.term(), last.index(), bit(transfer));
      case Message.VoteResponse(_, _, var term, var preVote, var granted) ->
          WireWriter.numbers(out, term, bit(preVote), bit(granted));
      case Message.TimeoutNow(_, _, var term) -> WireWriter.numbers(out, term);
      case Message.SnapshotArrived arrived -> throw notAMessageOfTheWire(arrived);
    }
    Frames.end(out, start);
  }

  /** Reads a message of the connection between these two members. */
  static Message read(FrameKind kind, ByteBuf body, long from, long to) throws FrameException {
    var in = new WireReader(body);
    return switch (kind) {
      case APPEND_REQUEST -> readAppend(in, from, to);
      case APPEND_ACCEPTED -> {
        var f = in.numbers(2);
        yield new Message.AppendAccepted(from, to, natural(f[1]), natural(f[2]));
      }
      case APPEND_REJECTED -> {
        var f = in.numbers(4);
        yield new Message.AppendRejected(
            from, to, natural(f[1]), natural(f[2]), position(f[3], f[4]));
      }
      case HEARTBEAT -> {
        var f = in.numbers(3);
        yield new Message.Heartbeat(from, to, natural(f[1]), natural(f[2]), f[3]);
      }
      case HEARTBEAT_RESPONSE -> {
        var f = in.numbers(2);
        yield new Message.HeartbeatResponse(from, to, natural(f[1]), f[2]);
      }
      case READ_INDEX_REQUEST -> {
        var f = in.numbers(2);
        yield new Message.ReadIndexRequest(from, to, natural(f[1]), f[2]);
      }
      case READ_INDEX_RESPONSE -> {
        var f = in.numbers(3);
        yield new Message.ReadIndexResponse(from, to, natural(f[1]), f[2], natural(f[3]));
      }
      case FORWARD_PROPOSALS -> readForward(in, from, to);
      case FORWARD_CHANGE -> readChange(in, from, to);
      case FORWARD_REJECTED -> readRejected(in, from, to);
      case VOTE_REQUEST -> {
        var f = in.numbers(5);
        yield new Message.VoteRequest(
            from, to, natural(f[1]), f[2] != 0, position(f[3], f[4]), f[5] != 0);
      }
      case VOTE_RESPONSE -> {
        var f = in.numbers(3);
        yield new Message.VoteResponse(from, to, natural(f[1]), f[2] != 0, f[3] != 0);
      }
      case TIMEOUT_NOW -> new Message.TimeoutNow(from, to, natural(in.numbers(1)[1]));
      case FRAME_KIND_UNSPECIFIED,
          HELLO,
          WELCOME,
          REFUSAL,
          PING,
          PONG,
          SNAPSHOT_BEGIN,
          SNAPSHOT_RESUME,
          SNAPSHOT_CHUNK,
          SNAPSHOT_PROGRESS,
          SNAPSHOT_END,
          SNAPSHOT_RESULT,
          LEASE_QUESTIONS,
          LEASE_ANSWERS,
          MEMBERS_REQUEST,
          MEMBERS_ANSWER,
          UNRECOGNIZED ->
          throw new FrameException(kind + " is not a raft message");
    };
  }

  private static FrameKind kindOf(Message message) {
    return switch (message) {
      case Message.VoteRequest _ -> FrameKind.VOTE_REQUEST;
      case Message.VoteResponse _ -> FrameKind.VOTE_RESPONSE;
      case Message.AppendRequest _ -> FrameKind.APPEND_REQUEST;
      case Message.AppendAccepted _ -> FrameKind.APPEND_ACCEPTED;
      case Message.AppendRejected _ -> FrameKind.APPEND_REJECTED;
      case Message.Heartbeat _ -> FrameKind.HEARTBEAT;
      case Message.HeartbeatResponse _ -> FrameKind.HEARTBEAT_RESPONSE;
      case Message.ReadIndexRequest _ -> FrameKind.READ_INDEX_REQUEST;
      case Message.ReadIndexResponse _ -> FrameKind.READ_INDEX_RESPONSE;
      case Message.ForwardProposals _ -> FrameKind.FORWARD_PROPOSALS;
      case Message.ForwardChange _ -> FrameKind.FORWARD_CHANGE;
      case Message.ForwardRejected _ -> FrameKind.FORWARD_REJECTED;
      case Message.TimeoutNow _ -> FrameKind.TIMEOUT_NOW;
      case Message.SnapshotArrived arrived -> throw notAMessageOfTheWire(arrived);
    };
  }

  private static void writeAppend(Message.AppendRequest append, ByteBuf out) {
    var previous = append.previous();
    WireWriter.numbers(out, append.term(), previous.term(), previous.index(), append.commit());
    for (Entry entry : append.entries()) {
      int type = entry.type().number();
      int size =
          WireWriter.numberSize(entry.term())
              + WireWriter.numberSize(entry.index())
              + WireWriter.numberSize(type)
              + WireWriter.bytesSize(entry.payload());
      WireWriter.lengthDelimited(out, 5, size);
      WireWriter.numbers(out, entry.term(), entry.index(), type);
      WireWriter.bytes(out, 4, entry.payload());
    }
  }

  private static Message readAppend(WireReader in, long from, long to) throws FrameException {
    var numbers = new long[5];
    var entries = new ArrayList<Entry>();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1, 2, 3, 4 -> numbers[field] = natural(in.number());
        case 5 -> {
          int outer = in.enter();
          entries.add(readEntry(in));
          in.leave(outer);
        }
        default -> in.skip();
      }
    }
    var previous = new LogPosition(numbers[2], numbers[3]);
    return new Message.AppendRequest(from, to, numbers[1], previous, entries, numbers[4]);
  }

  private static Entry readEntry(WireReader in) throws FrameException {
    long term = 0;
    long index = 0;
    long type = 0;
    var payload = Bytes.EMPTY;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> term = natural(in.number());
        case 2 -> index = natural(in.number());
        case 3 -> type = in.number();
        case 4 -> payload = in.bytes();
        default -> in.skip();
      }
    }
    if (term == 0 || index == 0) {
      throw new FrameException("an entry without term or index");
    }
    return new Entry(term, index, entryType(type), payload);
  }

  private static void writeForward(Message.ForwardProposals forward, ByteBuf out) {
    WireWriter.number(out, 1, forward.term());
    for (Proposal proposal : forward.proposals()) {
      long forwardable = bit(proposal.forwardable());
      int size =
          WireWriter.fixed64Size(proposal.id())
              + WireWriter.numberSize(forwardable)
              + WireWriter.bytesSize(proposal.payload());
      WireWriter.lengthDelimited(out, 2, size);
      WireWriter.fixed64(out, 1, proposal.id());
      WireWriter.number(out, 2, forwardable);
      WireWriter.bytes(out, 3, proposal.payload());
    }
  }

  private static Message readForward(WireReader in, long from, long to) throws FrameException {
    long term = 0;
    var proposals = new ArrayList<Proposal>();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> term = natural(in.number());
        case 2 -> {
          int outer = in.enter();
          proposals.add(readProposal(in));
          in.leave(outer);
        }
        default -> in.skip();
      }
    }
    return new Message.ForwardProposals(from, to, term, proposals);
  }

  private static Proposal readProposal(WireReader in) throws FrameException {
    long id = 0;
    boolean forwardable = false;
    var payload = Bytes.EMPTY;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> id = in.fixed64();
        case 2 -> forwardable = in.number() != 0;
        case 3 -> payload = in.bytes();
        default -> in.skip();
      }
    }
    return new Proposal(id, forwardable, payload);
  }

  private static Bytes targetOf(MembershipChange change) {
    return ConfigurationCodec.encode(change.target(), change.note());
  }

  private static Message readChange(WireReader in, long from, long to) throws FrameException {
    long term = 0;
    long id = 0;
    var target = Bytes.EMPTY;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> term = natural(in.number());
        case 2 -> id = in.fixed64();
        case 3 -> target = in.bytes();
        default -> in.skip();
      }
    }
    try {
      var decoded = ConfigurationCodec.decodeWithNote(target);
      var change = new MembershipChange(id, decoded.configuration(), decoded.note());
      return new Message.ForwardChange(from, to, term, change);
    } catch (IllegalArgumentException | InvariantViolation e) {
      throw new FrameException("no change of the members: " + e.getMessage());
    }
  }

  private static void writeRejected(Message.ForwardRejected rejected, ByteBuf out) {
    WireWriter.numbers(out, rejected.term(), numberOf(rejected.reason()));
    var ids = rejected.proposalIds();
    if (!ids.isEmpty()) {
      WireWriter.lengthDelimited(out, 3, ids.size() * Long.BYTES);
      for (long id : ids) {
        out.writeLongLE(id);
      }
    }
  }

  private static Message readRejected(WireReader in, long from, long to) throws FrameException {
    long term = 0;
    long reason = 0;
    var ids = new ArrayList<Long>();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> term = natural(in.number());
        case 2 -> reason = in.number();
        case 3 -> in.packedFixed64(ids::add);
        default -> in.skip();
      }
    }
    return new Message.ForwardRejected(from, to, term, ids, rejection(reason));
  }

  private static int numberOf(ProposalRejection reason) {
    return switch (reason) {
      case NO_LEADER -> 1;
      case NOT_LEADER -> 2;
      case OVERLOADED -> 3;
      case TRANSFERRING -> 4;
      case CONFIGURATION_CHANGED -> 5;
      case CHANGE_UNDER_WAY -> 6;
      case LEARNER_NOT_READY -> 7;
    };
  }

  private static ProposalRejection rejection(long number) throws FrameException {
    for (ProposalRejection reason : ProposalRejection.values()) {
      if (numberOf(reason) == number) {
        return reason;
      }
    }
    throw new FrameException("unknown rejection " + number);
  }

  private static EntryType entryType(long number) throws FrameException {
    for (EntryType type : EntryType.values()) {
      if (type.number() == number) {
        return type;
      }
    }
    throw new FrameException("unknown entry type " + number);
  }

  private static LogPosition position(long term, long index) throws FrameException {
    return new LogPosition(natural(term), natural(index));
  }

  /** Terms and indices count up from 0: a negative one would only be noticed deep in the core. */
  private static long natural(long value) throws FrameException {
    if (value < 0) {
      throw new FrameException("term or index " + Long.toUnsignedString(value) + " is too large");
    }
    return value;
  }

  private static long bit(boolean value) {
    return value ? 1 : 0;
  }

  private static InvariantViolation notAMessageOfTheWire(Message.SnapshotArrived arrived) {
    return new InvariantViolation("a snapshot is shipped, not sent: " + arrived);
  }
}
