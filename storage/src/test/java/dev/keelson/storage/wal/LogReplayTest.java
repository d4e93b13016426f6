package dev.keelson.storage.wal;

import static dev.keelson.storage.wal.LogEntries.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.storage.disk.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Intact records that only a mistake of ours could have written in this order. */
class LogReplayTest {
  private static final WalIdentity IDENTITY = new WalIdentity(0xc1, 0x1);

  private final SegmentIndex index = new SegmentIndex();
  private final LogView view =
      new LogView(
          new SegmentReader(new SimulatedDisk(1), Path.of("/wal"), IDENTITY, index),
          1000,
          new LogPosition(2, 10));

  @Test
  void entryThatReplacesACommittedOneIsRefused() throws IOException {
    LogReplay replay = replay(true);
    assertThat(replay.entry(entry(3, 11, 1), 200)).isEmpty();
    assertThat(replay.hardState(new HardState(3, 0, 11), 1)).isEmpty();

    assertThat(replay.entry(entry(4, 11, 1), 300))
        .hasValueSatisfying(reason -> assertThat(reason).contains("replaces one"));
  }

  @Test
  void entryThatReplacesASnapshotIsRefused() {
    assertThat(replay(true).entry(entry(3, 10, 1), 200)).isPresent();
    assertThat(replay(false).entry(entry(3, 10, 1), 200)).isEmpty();
  }

  @Test
  void gapsAreRefused() {
    LogReplay replay = replay(true);
    assertThat(replay.entry(entry(3, 12, 1), 200)).isPresent();
    assertThat(replay.entry(entry(3, 11, 1), 200)).isEmpty();

    assertThat(replay.entry(entry(3, 13, 1), 300)).isPresent();
  }

  @Test
  void hardStateThatGoesBackOrCommitsWhatIsNotThereIsRefused() throws IOException {
    LogReplay replay = replay(true);

    assertThat(replay.hardState(new HardState(1, 0, 10), 1)).isPresent();
    assertThat(replay.hardState(new HardState(3, 0, 11), 1)).isPresent();
    assertThat(replay.hardState(new HardState(3, 0, 10), 1)).isEmpty();
  }

  private LogReplay replay(boolean start) {
    return new LogReplay(
        view,
        index,
        new SegmentHeader(
            IDENTITY, 1, new LogPosition(2, 10), new HardState(2, 0, 9), start, 0, 0));
  }
}
