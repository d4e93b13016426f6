package dev.keelson.chaos.checkers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.KeyRange;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a cluster without a fault could have done convicts nobody. */
class UnharmedHistoriesTest {
  static final List<Checker> ALL =
      List.of(
          new FastChecker(),
          new WatchChecker(),
          new LeaseChecker(),
          new LockChecker(),
          new SetChecker(ModelClients.SETS),
          new AppendChecker(ModelClients.LISTS),
          new BankChecker(ModelClients.ACCOUNTS, ModelClients.BANK_TOTAL),
          new LinearizabilityChecker(KeyRange.all()),
          new StateChecker(HistoryGenerator.MEMBERS),
          new RunChecker(HistoryGenerator.MEMBERS, 1, false));

  /** Each stands for so many histories, so that their names stay readable. */
  private static final int IN_A_BATCH = 100;

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 10);
  }

  @ParameterizedTest(name = "seeds from {0} * 100")
  @MethodSource("seeds")
  void noneIsConvicted(long batch) {
    for (int i = 0; i < IN_A_BATCH; i++) {
      long seed = batch * IN_A_BATCH + i;
      History history = HistoryGenerator.generate(seed, 150);
      Verdict verdict = Judge.judge(history, ALL);
      assertThat(verdict.passed()).as("seed %d: %s", seed, verdict).isTrue();
    }
  }
}
