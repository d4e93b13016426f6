package dev.keelson.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.PeerProgress;
import dev.keelson.raft.replication.ProgressState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LogReleaseTest {
  private static final long LAST = 1_000;
  private static final long FLUSHED = 900;

  private final RecordedLog log = new RecordedLog();
  private final LogRelease release = new LogRelease(log, new LogKeeping(10, 1 << 20));

  @Test
  void nothingGoesBeforeTheFirstFlush() {
    release.release(0, LAST, List.of());

    assertThat(log.released).isEmpty();
  }

  @Test
  void whatIsFlushedGoesOnce() {
    release.release(FLUSHED, LAST, List.of());
    release.release(FLUSHED, LAST, List.of());

    assertThat(log.released).containsExactly(FLUSHED);
  }

  /** Found by a cluster that was written to for less than an election timeout after a stop. */
  @Test
  void whatAFollowerHeldBackGoesWhenItFallsSilentThoughNothingIsFlushedAnyMore() {
    release.release(FLUSHED, LAST, List.of(follower(500, true)));
    release.release(FLUSHED, LAST, List.of(follower(500, false)));

    assertThat(log.released).containsExactly(500L, FLUSHED);
  }

  @Test
  void whatAFollowerHeldBackGoesAsItCatchesUp() {
    release.release(FLUSHED, LAST, List.of(follower(500, true)));
    release.release(FLUSHED, LAST, List.of(follower(600, true)));

    assertThat(log.released).containsExactly(500L, 600L);
  }

  @Test
  void aFollowerThatReturnsFromBehindTakesNothingBack() {
    release.release(FLUSHED, LAST, List.of());
    release.release(FLUSHED + 50, LAST, List.of(follower(100, true)));

    assertThat(log.released).containsExactly(FLUSHED);
  }

  @Test
  @Tag("MEM-bound")
  void whatIsKeptForLateFollowersIsBoundByBytesToo() {
    var keeping = new LogKeeping(5_000, 1_000_000, 1 << 30);

    assertThat(keeping.releasable(10_000, 10_000, List.of(), 10)).isEqualTo(5_000);
    assertThat(keeping.releasable(10_000, 10_000, List.of(), 1_000)).isEqualTo(9_000);
    assertThat(keeping.releasable(10_000, 10_000, List.of(), 2_000_000)).isEqualTo(10_000);
  }

  private static PeerProgress follower(long matchIndex, boolean recentlyActive) {
    return new PeerProgress(
        2, ProgressState.REPLICATE, matchIndex, matchIndex + 1, 0, recentlyActive);
  }

  private static final class RecordedLog implements ReplicaParts.Log {
    private final List<Long> released = new ArrayList<>();

    @Override
    public void append(long sequence, List<Entry> entries, HardState hardState, boolean mustSync) {
      throw new AssertionError("nothing is appended here");
    }

    @Override
    public void resetTo(LogPosition position) {
      throw new AssertionError("nothing is reset here");
    }

    @Override
    public void release(long upToIndex) {
      released.add(upToIndex);
    }

    @Override
    public long busyNanos() {
      return 0;
    }

    @Override
    public long averageEntryBytes() {
      return 100;
    }
  }
}
