package dev.keelson.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.status.EtcdError;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("R16")
class PendingReadsTest {
  private final PendingReads reads = new PendingReads(new ReplicaMeasures());
  private final List<Outcome<Long>> outcomes = new ArrayList<>();

  @Test
  void aReadWaitsUntilTheStoreHasReachedItsIndex() {
    long id = reads.add(List.of(outcomes::add), 100);

    reads.indexFound(id, 7);
    reads.applied(6);
    assertThat(outcomes).isEmpty();
    reads.applied(7);

    assertThat(outcomes).containsExactly(new Outcome.Success<>(7L));
  }

  @Test
  void allReadsOfABatchShareTheAnswer() {
    long id = reads.add(List.of(outcomes::add, outcomes::add), 100);

    reads.indexFound(id, 7);
    reads.applied(9);

    assertThat(outcomes).containsExactly(new Outcome.Success<>(7L), new Outcome.Success<>(7L));
  }

  @Test
  void aLateIndexForAFailedReadIsIgnored() {
    long id = reads.add(List.of(outcomes::add), 100);

    reads.fail(id, EtcdError.LEADER_CHANGED);
    reads.indexFound(id, 7);
    reads.applied(9);

    assertThat(outcomes).containsExactly(new Outcome.Failure<>(EtcdError.LEADER_CHANGED));
  }

  @Test
  void aReadTimesOutWhetherItWaitsForTheLeaderOrForTheStore() {
    long waitsForStore = reads.add(List.of(outcomes::add), 100);
    reads.add(List.of(outcomes::add), 100);
    reads.indexFound(waitsForStore, 7);

    reads.expire(99);
    assertThat(outcomes).isEmpty();
    reads.expire(100);

    assertThat(outcomes)
        .containsExactly(
            new Outcome.Failure<>(EtcdError.TIMEOUT), new Outcome.Failure<>(EtcdError.TIMEOUT));
  }
}
