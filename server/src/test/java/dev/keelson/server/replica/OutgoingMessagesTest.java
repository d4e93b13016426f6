package dev.keelson.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.server.transport.PeerTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class OutgoingMessagesTest {
  private static final long TERM = 3;

  private final List<Message> sent = new ArrayList<>();
  private final OutgoingMessages outgoing = new OutgoingMessages(new Recorder(sent), 1_000);

  @Test
  void theNoticeOfACommitTravelsWithTheNextEntries() {
    outgoing.send(append(2, 10, List.of(), 10));
    outgoing.send(append(2, 10, entries(11, 12), 10));
    assertThat(sent).isEmpty();

    outgoing.flush();

    assertThat(sent).containsExactly(append(2, 10, entries(11, 12), 10));
  }

  @Test
  void appendsThatContinueEachOtherLeaveAsOneWithTheLatestCommit() {
    outgoing.send(append(2, 10, entries(11, 12), 9));
    outgoing.send(append(2, 12, entries(13), 10));
    outgoing.send(append(2, 13, List.of(), 11));
    outgoing.flush();

    assertThat(sent).containsExactly(append(2, 10, entries(11, 12, 13), 11));
  }

  @Test
  void appendsWithAGapOrOfAnotherTermStayApart() {
    var first = append(2, 10, entries(11), 9);
    var again = append(2, 10, entries(11), 9);
    var gap = append(2, 20, entries(21), 9);
    var later = new Message.AppendRequest(1, 2, TERM + 1, new LogPosition(TERM, 21), List.of(), 9);
    for (var append : List.of(first, again, gap, later)) {
      outgoing.send(append);
    }
    outgoing.flush();

    assertThat(sent).containsExactly(first, again, gap, later);
  }

  @Test
  void whatWouldBecomeTooLargeStaysApart() {
    var large = append(2, 10, List.of(entry(11, 600)), 9);
    var next = append(2, 11, List.of(entry(12, 600)), 9);
    outgoing.send(large);
    outgoing.send(next);
    outgoing.flush();

    assertThat(sent).containsExactly(large, next);
  }

  @Test
  void otherMessagesToTheMemberDoNotOvertake() {
    var append = append(2, 10, entries(11), 9);
    var heartbeat = new Message.Heartbeat(1, 2, TERM, 9, 0);
    var commit = append(2, 11, List.of(), 10);
    var toAnother = append(3, 5, entries(6), 5);
    outgoing.send(append);
    outgoing.send(toAnother);
    outgoing.send(heartbeat);
    outgoing.send(commit);
    outgoing.flush();

    assertThat(sent).containsExactlyInAnyOrder(append, heartbeat, commit, toAnother);
    assertThat(sent).containsSubsequence(append, heartbeat, commit);
  }

  private static Message.AppendRequest append(
      long to, long previous, List<Entry> entries, long commit) {
    return new Message.AppendRequest(1, to, TERM, new LogPosition(TERM, previous), entries, commit);
  }

  private static List<Entry> entries(long... indexes) {
    return LongStream.of(indexes).mapToObj(index -> entry(index, 10)).toList();
  }

  private static Entry entry(long index, int size) {
    return new Entry(TERM, index, EntryType.COMMAND, Bytes.wrap(new byte[size]));
  }

  private record Recorder(List<Message> sent) implements PeerTransport {
    @Override
    public void send(Message message) {
      sent.add(message);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
