package dev.keelson.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final int MAX_BULK_BYTES = 1000;

  private final Outbox outbox = new Outbox(MAX_BULK_BYTES);

  @Test
  @Tag("OV-shed")
  void heartbeatOvertakesEntriesAndNeedsNoRoom() {
    var append = append(1, 10);
    outbox.offer(append);
    outbox.offer(heartbeat(1));
    outbox.offer(heartbeat(2));

    assertThat(outbox.poll(false)).isEqualTo(heartbeat(1));
    assertThat(outbox.poll(true)).isEqualTo(heartbeat(2));
    assertThat(outbox.poll(false)).isNull();
    assertThat(outbox.poll(true)).isEqualTo(append);
    assertThat(outbox.poll(true)).isNull();
    assertThat(outbox.bytes()).isZero();
  }

  @Test
  @Tag("MEM-bound")
  void fullOfEntriesItTakesNoMoreOfThemButHeartbeats() {
    int taken = 0;
    while (outbox.offer(append(taken, 100))) {
      taken++;
    }

    assertThat(taken).isBetween(1, MAX_BULK_BYTES / 100);
    assertThat(outbox.bytes()).isLessThanOrEqualTo(MAX_BULK_BYTES);
    assertThat(outbox.offer(heartbeat(1))).isTrue();
    assertThat(outbox.clear()).isEqualTo(taken + 1);
    assertThat(outbox.offer(append(1, 100))).isTrue();
  }

  @Test
  void messageLargerThanAllTheRoomGoesIfNothingElseWaits() {
    assertThat(outbox.offer(append(1, 2 * MAX_BULK_BYTES))).isTrue();
    assertThat(outbox.offer(append(2, 1))).isFalse();
  }

  private static Message heartbeat(long round) {
    return new Message.Heartbeat(1, 2, 3, 4, round);
  }

  private static Message append(long index, int bytes) {
    var entry = new Entry(3, index + 1, EntryType.COMMAND, Bytes.wrap(new byte[bytes]));
    return new Message.AppendRequest(1, 2, 3, new LogPosition(3, index), List.of(entry), index);
  }
}
