package dev.keelson.raft;

import dev.keelson.raft.membership.Configuration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One node whose disk, network and state machine do only what the test says. The election timeout
 * is ten ticks, the heartbeat one.
 */
public final class ScriptedMember {
  public static final int ELECTION_TICKS = 10;

  private final RaftConfig config;
  private final SnapshotDescriptor base;
  private final InMemoryLog log;
  private final InMemoryLog disk;
  private final RaftNode node;
  private final ArrayDeque<Effect.Append> writing = new ArrayDeque<>();
  private final List<Effect.SendAfterDurable> held = new ArrayList<>();
  private final List<Message> sent = new ArrayList<>();
  private final List<Effect> answers = new ArrayList<>();
  private final List<Effect> trace = new ArrayList<>();
  private final List<Entry> handed = new ArrayList<>();
  private HardState hardState;

  private ScriptedMember(
      RaftConfig config,
      SnapshotDescriptor base,
      HardState hardState,
      InMemoryLog log,
      RandomSource random) {
    this.config = config;
    this.base = base;
    this.hardState = hardState;
    this.log = log;
    this.disk = log.copy();
    this.node =
        RaftNode.restore(
            config, new RestoredState(hardState, base, base.position().index()), log, random);
  }

  /** Member 1 of {@code size} voters, with an empty log. */
  public static ScriptedMember of(int size) {
    return of(size, HardState.INITIAL, List.of());
  }

  /** Member 1 of {@code size} voters that remembers a log; always waits ten ticks. */
  public static ScriptedMember of(int size, HardState hardState, List<Entry> entries) {
    return of(1, votersTo(size), hardState, entries);
  }

  public static ScriptedMember of(
      long id, Configuration configuration, HardState hardState, List<Entry> entries) {
    var log = new InMemoryLog();
    log.append(entries);
    return new ScriptedMember(
        RaftConfig.defaults(id, ELECTION_TICKS, 1),
        new SnapshotDescriptor(LogPosition.ZERO, configuration),
        hardState,
        log,
        new ScriptedRandom(0));
  }

  public static ScriptedMember of(RaftConfig config, Configuration configuration) {
    return new ScriptedMember(
        config,
        new SnapshotDescriptor(LogPosition.ZERO, configuration),
        HardState.INITIAL,
        new InMemoryLog(),
        new ScriptedRandom(0));
  }

  /** As the process starts again after a crash: what was not durable is gone. */
  public ScriptedMember restarted() {
    var start = new LogPosition(disk.termAt(disk.firstIndex() - 1), disk.firstIndex() - 1);
    return new ScriptedMember(
        config,
        new SnapshotDescriptor(start, base.configuration()),
        hardState,
        disk.copy(),
        new ScriptedRandom(0));
  }

  public static Configuration votersTo(int size) {
    Set<Long> voters = new TreeSet<>();
    for (long id = 1; id <= size; id++) {
      voters.add(id);
    }
    return Configuration.ofVoters(voters);
  }

  /** Commands at index 1 and on, of these terms. */
  public static List<Entry> entries(long... terms) {
    return entriesAfter(0, terms);
  }

  public static List<Entry> entriesAfter(long index, long... terms) {
    var entries = new ArrayList<Entry>();
    for (long term : terms) {
      long at = index + entries.size() + 1;
      entries.add(new Entry(term, at, EntryType.COMMAND, command(at)));
    }
    return entries;
  }

  public static Bytes command(long number) {
    return Bytes.wrap(Long.toString(number).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  public static Input.Propose proposal(long... ids) {
    var proposals = new ArrayList<Proposal>();
    for (long id : ids) {
      proposals.add(new Proposal(id, true, command(id)));
    }
    return new Input.Propose(proposals);
  }

  /** Steps, and keeps what it asks for until the test acts on it. */
  public List<Effect> step(Input input) {
    var effects = node.step(input).effects();
    trace.addAll(effects);
    for (var effect : effects) {
      switch (effect) {
        case Effect.Append append -> {
          log.append(append.entries());
          writing.addLast(append);
        }
        case Effect.Send(var message) -> sent.add(message);
        case Effect.SendAfterDurable waiting -> held.add(waiting);
        case Effect.Apply(var entries) -> handed.addAll(entries);
        case Effect.ServeRead _,
            Effect.FailRead _,
            Effect.RejectProposals _,
            Effect.ShipSnapshot _,
            Effect.InstallSnapshot _ ->
            answers.add(effect);
      }
    }
    return effects;
  }

  public List<Effect> receive(Message message) {
    return step(new Input.Receive(message));
  }

  public void tick(int times) {
    for (int i = 0; i < times; i++) {
      step(new Input.Tick());
    }
  }

  /** One more append is durable. */
  public void persistOne() {
    var append = writing.removeFirst();
    hardState = append.hardState();
    disk.append(append.entries());
    step(new Input.Persisted(append.sequence()));
    held.removeIf(
        waiting -> {
          boolean durable = waiting.sequence() <= append.sequence();
          if (durable) {
            sent.add(waiting.message());
          }
          return durable;
        });
  }

  /** Everything that was handed to the disk is durable, and what comes of that too. */
  public void persist() {
    while (!writing.isEmpty()) {
      persistOne();
    }
  }

  public boolean isWriting() {
    return !writing.isEmpty();
  }

  /** The state machine has applied all it was handed. */
  public void apply() {
    if (!handed.isEmpty()) {
      long last = handed.getLast().index();
      step(new Input.Applied(last));
    }
  }

  /** Forgets the log up to the index, which must be applied. */
  public void compactTo(long index) {
    log.compactTo(index);
    disk.compactTo(index);
  }

  /** The snapshot that was asked for is in place. */
  public void install(SnapshotDescriptor snapshot) {
    log.resetTo(snapshot.position());
    disk.resetTo(snapshot.position());
    step(new Input.SnapshotInstalled(snapshot));
  }

  /** Stands and is elected by the next members, as many as it takes; commits nothing yet. */
  public ScriptedMember elected() {
    while (status().role() == Role.FOLLOWER) {
      tick(1);
    }
    long term = status().term();
    var voters = status().configuration().members();
    voters.remove(id());
    for (long voter : voters) {
      receive(new Message.VoteResponse(voter, id(), term + 1, true, true));
    }
    persist();
    for (long voter : voters) {
      receive(new Message.VoteResponse(voter, id(), term + 1, false, true));
    }
    if (!status().isLeader()) {
      throw new AssertionError("not elected: " + status());
    }
    persist();
    return this;
  }

  /** Elected, and everything in the log is committed and acknowledged by all. */
  public ScriptedMember inOffice() {
    elected();
    acknowledgeAll();
    takeSent();
    takeAnswers();
    return this;
  }

  /** All others hold all of the leader's log. */
  public void acknowledgeAll() {
    for (long peer : status().configuration().members()) {
      if (peer != id()) {
        acknowledge(peer, status().lastIndex());
      }
    }
  }

  public void acknowledge(long peer, long index) {
    receive(new Message.AppendAccepted(peer, id(), status().term(), index));
  }

  /** A leader of the term says that it is there. */
  public void hearFrom(long leader, long term) {
    receive(new Message.Heartbeat(leader, id(), term, 0, 0));
  }

  public long id() {
    return config.id();
  }

  public RaftStatus status() {
    return node.status();
  }

  public List<PeerProgress> progress() {
    return node.progress();
  }

  public InMemoryLog log() {
    return log;
  }

  public HardState durableHardState() {
    return hardState;
  }

  /** The terms of all entries that can be read. */
  public List<Long> terms() {
    var terms = new ArrayList<Long>();
    for (long index = log.firstIndex(); index <= log.lastIndex(); index++) {
      terms.add(log.termAt(index));
    }
    return terms;
  }

  /** What has left since the last call. */
  public List<Message> takeSent() {
    return taken(sent);
  }

  /** What has left of this kind since the last call; the rest is dropped. */
  public <M extends Message> List<M> takeSent(Class<M> kind) {
    return takeSent().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** What waits for the disk. */
  public List<Message> held() {
    return held.stream().map(Effect.SendAfterDurable::message).toList();
  }

  /** Answers to clients and orders about snapshots since the last call. */
  public List<Effect> takeAnswers() {
    return taken(answers);
  }

  /** Every effect since the last call. */
  public List<Effect> takeTrace() {
    return taken(trace);
  }

  public List<Entry> takeHanded() {
    return taken(handed);
  }

  private static <T> List<T> taken(List<T> from) {
    var taken = List.copyOf(from);
    from.clear();
    return taken;
  }
}
