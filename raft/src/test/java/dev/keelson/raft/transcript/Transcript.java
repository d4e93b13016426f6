package dev.keelson.raft.transcript;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Effect;
import dev.keelson.raft.HardState;
import dev.keelson.raft.Input;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.ScriptedMember;
import dev.keelson.raft.SnapshotDescriptor;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.membership.MembershipChange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * Runs the commands of one transcript. Nothing happens by itself: messages lie on the wire until
 * they are delivered or dropped, appends wait to be persisted, entries to be applied. {@code quiet}
 * before a command leaves out what it did.
 */
final class Transcript {
  private final TreeMap<Long, ScriptedMember> members = new TreeMap<>();
  private final List<Message> wire = new ArrayList<>();
  private final Set<String> cut = new TreeSet<>();
  private final List<String> lines = new ArrayList<>();
  private Configuration birth = Configuration.ofVoters(Set.of());
  private long lastChange;

  /** What a command did, line by line. */
  List<String> run(String command) {
    if (command.startsWith("quiet ")) {
      run(command.substring("quiet ".length()));
      return List.of("done");
    }
    lines.clear();
    var words = command.split(" +");
    long[] numbers =
        Arrays.stream(words)
            .skip(1)
            .filter(w -> w.matches("\\d+"))
            .mapToLong(Long::parseLong)
            .toArray();
    switch (words[0]) {
      case "group" -> start(words);
      case "deliver" -> deliver(numbers);
      case "drop" -> wire.removeIf(message -> isOn(message, numbers));
      case "cut" -> cut.add(Arrays.toString(numbers));
      case "heal" -> cut.clear();
      case "settle" -> settle();
      case "status" -> members.values().forEach(this::status);
      case "log" -> lines.add(logOf(member(numbers[0])));
      case "progress" ->
          member(numbers[0]).progress().forEach(progress -> lines.add(progress.toString()));
      default -> act(words, numbers);
    }
    return lines.isEmpty() ? List.of("nothing") : List.copyOf(lines);
  }

  private void act(String[] words, long[] numbers) {
    var member = member(numbers[0]);
    switch (words[0]) {
      case "change" -> change(member, words);
      case "tick" -> member.tick((int) numbers[1]);
      case "propose" ->
          member.step(ScriptedMember.proposal(LongStream.of(numbers).skip(1).toArray()));
      case "read" -> member.step(new Input.ReadRequest(numbers[1]));
      case "persist" -> member.persist();
      case "persist-one" -> member.persistOne();
      case "apply" -> member.apply();
      case "transfer" -> member.step(new Input.TransferLeadership(numbers[1]));
      case "unreachable" -> member.step(new Input.PeerUnreachable(numbers[1]));
      case "compact" -> member.compactTo(numbers[1]);
      case "ship" -> ship(member, numbers[1], words[3].equals("delivered"));
      case "install" -> member.install(snapshotAt(member, numbers[1], numbers[2]));
      case "restart" -> members.put(member.id(), member.restarted());
      default -> throw new IllegalArgumentException("no command: " + words[0]);
    }
    collect(member);
  }

  /** {@code change <id> voters 1,2,3 [learners 4]}: those who are new start with an empty log. */
  private void change(ScriptedMember member, String[] words) {
    var lists = lists(words, 2);
    var target =
        new Configuration(
            member.status().configuration().version() + 1,
            lists.getOrDefault("voters", List.of()),
            List.of(),
            lists.getOrDefault("learners", List.of()),
            List.of());
    for (long id : target.members()) {
      members.computeIfAbsent(id, _ -> ScriptedMember.of(id, birth, HardState.INITIAL, List.of()));
    }
    var change = new MembershipChange(++lastChange, target, Bytes.EMPTY);
    member.step(new Input.ChangeMembership(change));
  }

  private static Map<String, List<Long>> lists(String[] words, int from) {
    var lists = new TreeMap<String, List<Long>>();
    for (int i = from; i + 1 < words.length; i += 2) {
      lists.put(words[i], Arrays.stream(words[i + 1].split(",")).map(Long::valueOf).toList());
    }
    return lists;
  }

  private ScriptedMember member(long id) {
    var member = members.get(id);
    if (member == null) {
      throw new IllegalArgumentException("no member " + id);
    }
    return member;
  }

  /** {@code group voters 1,2,3 [outgoing 3,4] [learners 5]}. */
  private void start(String[] words) {
    var lists = lists(words, 1);
    birth =
        new Configuration(
            lists.getOrDefault("voters", List.of()),
            lists.getOrDefault("outgoing", List.of()),
            lists.getOrDefault("learners", List.of()));
    for (long id : birth.members()) {
      members.put(id, ScriptedMember.of(id, birth, HardState.INITIAL, List.of()));
    }
    lines.add("members " + members.keySet());
  }

  private void ship(ScriptedMember leader, long peer, boolean delivered) {
    long index = leader.status().commitIndex();
    var position = new LogPosition(leader.log().termAt(index), index);
    if (delivered) {
      var snapshot = new SnapshotDescriptor(position, leader.status().configuration());
      wire.add(new Message.SnapshotArrived(leader.id(), peer, leader.status().term(), snapshot));
    }
    leader.step(new Input.SnapshotShipped(peer, index, delivered));
  }

  private static SnapshotDescriptor snapshotAt(ScriptedMember member, long term, long index) {
    return new SnapshotDescriptor(new LogPosition(term, index), member.status().configuration());
  }

  private static boolean isOn(Message message, long[] link) {
    return link.length == 0 || (message.from() == link[0] && message.to() == link[1]);
  }

  /** What lies on the wire now, or on one link; what comes of it lies there next. */
  private void deliver(long[] link) {
    var now = wire.stream().filter(message -> isOn(message, link)).toList();
    wire.removeIf(message -> isOn(message, link));
    for (var message : now) {
      lines.add("> " + EffectText.of(message));
      var member = member(message.to());
      member.receive(message);
      collect(member);
    }
  }

  private void collect(ScriptedMember member) {
    for (Effect effect : member.takeTrace()) {
      lines.add(member.id() + ": " + EffectText.of(effect));
    }
    for (var message : member.takeSent()) {
      if (!cut.contains(Arrays.toString(new long[] {message.from(), message.to()}))) {
        wire.add(message);
      }
    }
  }

  /** Lets everything happen that can without a tick; tells only how it ends. */
  private void settle() {
    boolean moved = true;
    while (moved) {
      moved = !wire.isEmpty();
      deliver(new long[0]);
      for (var member : members.values()) {
        moved |= member.isWriting();
        member.persist();
        member.apply();
        member.takeHanded();
        collect(member);
      }
    }
    lines.clear();
    members.values().forEach(this::status);
  }

  private void status(ScriptedMember member) {
    var status = member.status();
    lines.add(
        String.format(
            "%d %s term %d leader %d commit %d applied %d last %d",
            member.id(),
            status.role(),
            status.term(),
            status.leaderId(),
            status.commitIndex(),
            status.appliedIndex(),
            status.lastIndex()));
  }

  private static String logOf(ScriptedMember member) {
    var log = member.log();
    var text = new StringBuilder(member.id() + ":");
    if (log.firstIndex() <= log.lastIndex()) {
      text.append(EffectText.of(log.read(log.firstIndex(), log.lastIndex() + 1, Long.MAX_VALUE)));
    }
    return text.toString();
  }
}
