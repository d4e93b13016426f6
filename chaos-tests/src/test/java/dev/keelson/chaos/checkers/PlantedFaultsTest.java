package dev.keelson.chaos.checkers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Item;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every checker convicts every fault of its field, in each of a thousand histories. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlantedFaultsTest {
  private static final int WANTED = Integer.getInteger("keelson.histories", 1_000);

  /** A fault that so few histories have room for would hardly be tested. */
  private static final int MOST_TRIED = 20 * WANTED;

  private static final int KEPT = 1_500;

  private static final int OPERATIONS = 80;

  /** The same for all kinds of faults: most of the time would go into making them. */
  private final List<History> histories = new ArrayList<>();

  static Stream<Mutation> mutations() {
    return Stream.of(OperationMutations.all(), WatchMutations.all(), WorkloadMutations.all())
        .flatMap(List::stream);
  }

  @Test
  void thereAreManyKindsOfFaults() {
    var names = new HashSet<>(mutations().map(Mutation::name).toList());
    assertThat(names.size()).isEqualTo((int) mutations().count()).isGreaterThanOrEqualTo(60);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutations")
  void isConvictedWhereverItIsPlanted(Mutation mutation) {
    Long pinned = Long.getLong("keelson.seed");
    int planted = 0;
    var missed = new ArrayList<Long>();
    for (long seed = pinned == null ? 0 : pinned;
        planted < WANTED && seed < MOST_TRIED && (pinned == null || seed == pinned);
        seed++) {
      History history = history(seed);
      Optional<List<Item>> harmed = mutation.plant().into(history, new Random(seed));
      if (harmed.isPresent()) {
        planted++;
        Verdict verdict = Judge.judge(History.of(harmed.get()), mutation.judges());
        if (!verdict.convicts()) {
          missed.add(seed);
        }
      }
    }
    assertThat(missed).as("%s: seeds not convicted, of %d planted", mutation, planted).isEmpty();
    assertThat(planted).isGreaterThanOrEqualTo(pinned == null ? WANTED : 0);
  }

  private History history(long seed) {
    if (seed >= KEPT) {
      return HistoryGenerator.generate(seed, OPERATIONS);
    }
    while (histories.size() <= seed) {
      histories.add(HistoryGenerator.generate(histories.size(), OPERATIONS));
    }
    return histories.get((int) seed);
  }
}
