package dev.keelson.server.transport;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Effect.ProposalRejection;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.membership.MembershipChange;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Messages of every kind that the wire carries, with any values. */
final class RandomMessages {
  static final int KINDS = 13;

  private final SeededRandom random;
  private final long from;
  private final long to;

  RandomMessages(SeededRandom random, long from, long to) {
    this.random = random;
    this.from = from;
    this.to = to;
  }

  Message next(int kind) {
    long term = random.nextNatural();
    return switch (kind) {
      case 0 ->
          new Message.VoteRequest(
              from, to, term, random.nextBoolean(), position(), random.nextBoolean());
      case 1 ->
          new Message.VoteResponse(from, to, term, random.nextBoolean(), random.nextBoolean());
      case 2 ->
          new Message.AppendRequest(
              from, to, term, position(), list(this::entry), random.nextNatural());
      case 3 -> new Message.AppendAccepted(from, to, term, random.nextNatural());
      case 4 -> new Message.AppendRejected(from, to, term, random.nextNatural(), position());
      case 5 -> new Message.Heartbeat(from, to, term, random.nextNatural(), random.nextNatural());
      case 6 -> new Message.HeartbeatResponse(from, to, term, random.nextNatural());
      case 7 -> new Message.ReadIndexRequest(from, to, term, random.nextLong());
      case 8 ->
          new Message.ReadIndexResponse(from, to, term, random.nextLong(), random.nextNatural());
      case 9 -> new Message.ForwardProposals(from, to, term, list(this::proposal));
      case 10 ->
          new Message.ForwardRejected(
              from,
              to,
              term,
              LongStream.generate(random::nextLong).limit(random.nextInt(5)).boxed().toList(),
              anyOf(ProposalRejection.values()));
      case 11 -> new Message.TimeoutNow(from, to, term);
      case 12 -> new Message.ForwardChange(from, to, term, change());
      default -> throw new IllegalArgumentException("kind " + kind);
    };
  }

  private Entry entry() {
    return new Entry(
        1 + (random.nextNatural() >>> 1),
        1 + (random.nextNatural() >>> 1),
        anyOf(EntryType.values()),
        payload());
  }

  private Proposal proposal() {
    return new Proposal(random.nextLong(), random.nextBoolean(), payload());
  }

  private MembershipChange change() {
    var target =
        new Configuration(
            random.nextNatural(),
            List.of(random.nextLong(), random.nextLong()),
            List.of(),
            list(random::nextLong),
            List.of());
    return new MembershipChange(random.nextLong(), target, payload());
  }

  /** Sometimes a view into a larger array, as the log's cache hands out. */
  private Bytes payload() {
    var bytes = Bytes.wrap(random.nextBytes(random.nextInt(300)));
    return random.nextBoolean() ? bytes : bytes.slice(bytes.length() / 3, bytes.length());
  }

  private LogPosition position() {
    return new LogPosition(random.nextNatural(), random.nextNatural());
  }

  private <T> T anyOf(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private <T> List<T> list(Supplier<T> item) {
    return IntStream.range(0, random.nextInt(6)).mapToObj(_ -> item.get()).toList();
  }
}
