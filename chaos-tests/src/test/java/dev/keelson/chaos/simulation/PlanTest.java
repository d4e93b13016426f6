package dev.keelson.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.Message;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A failure is kept as text, and is as much of a failure when it is read again. */
class PlanTest {
  private static final int FEW_RUNS = 12;
  private static final int SEEDS = 60;

  private final QuietLogs quiet = new QuietLogs();

  @AfterEach
  void loudAgain() {
    quiet.close();
  }

  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatASeedDrawsIsTheSameReadFromItsText(long seed) {
    var drawn = Plan.draw(seed);

    var read = Plan.parse("# why it is kept\n\n" + drawn.text());

    assertThat(read.text()).isEqualTo(drawn.text());
    assertThat(read.faults()).isEqualTo(drawn.faults());
    assertThat(read.settings().load()).isEqualTo(drawn.settings().load());
  }

  @Test
  void aPlanReadFromItsTextRunsAsTheSeedDoes() {
    var drawn = Simulation.run(1);

    var read = Simulation.run(Plan.parse(Plan.draw(1).text()));

    assertThat(read.hash()).isEqualTo(drawn.hash());
    assertThat(read.events()).isEqualTo(drawn.events());
  }

  @Test
  void whatATextDoesNotNameDoesNotExistInItsRun() {
    var text = Plan.draw(3).text().replaceAll(" quotaBytes=\\d+ authNanos=\\d+", "");

    var load = Plan.parse(text).settings().load();

    assertThat(load.quotaBytes()).isZero();
    assertThat(load.authNanos()).isZero();
    assertThat(load.writers()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "draws 99\nseed 1",
        "seed 1\nseed 2",
        "draws 1\nseed 1\ncluster voters=3 voters=4",
        "draws 1\nseed 1\ncluster voters=3 colours=4",
        "draws 1\nseed 1\nfault 12 KILL LEADER"
      })
  void whatIsNoPlanIsRefused(String text) {
    assertThatThrownBy(() -> Plan.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aShrunkPlanIsSmallerAndStillFailsWhenItIsReadAgain() {
    var bug = new EveryVoteIsGranted();
    var failed =
        IntStream.range(0, SEEDS)
            .mapToObj(seed -> Simulation.run(seed, bug))
            .filter(result -> result.failure().isPresent())
            .findFirst()
            .orElseThrow();

    var shrunk = new Shrinker(bug, FEW_RUNS).shrink(failed);

    var invariant = failed.failure().orElseThrow().invariant();
    assertThat(shrunk.plan().faults().size()).isLessThan(failed.plan().faults().size());
    assertThat(Simulation.run(Plan.parse(shrunk.plan().text()), bug).failure())
        .hasValueSatisfying(failure -> assertThat(failure.invariant()).isEqualTo(invariant));
  }

  /** Whoever asks for a vote gets it. */
  private static final class EveryVoteIsGranted implements Planted {
    @Override
    public Message said(MemberLife by, Message message) {
      return message instanceof Message.VoteResponse(var from, var to, var term, var pre, _)
          ? new Message.VoteResponse(from, to, term, pre, true)
          : message;
    }
  }
}
