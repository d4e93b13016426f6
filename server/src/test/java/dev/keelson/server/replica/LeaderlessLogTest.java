package dev.keelson.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.Role;
import dev.keelson.raft.ScriptedMember;
import org.junit.jupiter.api.Test;

final class LeaderlessLogTest {
  private static final long SECOND = 1_000_000_000;

  private final LeaderlessLog log = new LeaderlessLog(SECOND);

  private boolean tick(long leader, long seconds) {
    var status = new RaftStatus(1, Role.FOLLOWER, 1, leader, 0, 0, 0, ScriptedMember.votersTo(3));
    return log.tick(status, seconds * SECOND);
  }

  @Test
  void itIsSaidOnceAnElectionThatGoesWellWouldBeOverAndThenNowAndThen() {
    assertThat(tick(0, 10)).isFalse();
    assertThat(tick(0, 12)).isFalse();
    assertThat(tick(0, 13)).isTrue();
    assertThat(tick(0, 14)).isFalse();
    assertThat(tick(0, 42)).isFalse();
    assertThat(tick(0, 43)).isTrue();
  }

  @Test
  void aLeaderEndsIt() {
    assertThat(tick(0, 10)).isFalse();
    assertThat(tick(2, 12)).isFalse();
    assertThat(tick(0, 13)).isFalse();
    assertThat(tick(0, 16)).isTrue();
  }
}
