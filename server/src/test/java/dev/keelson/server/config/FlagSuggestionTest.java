package dev.keelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagSuggestionTest {
  @ParameterizedTest(name = "from {0} to {1}: {2}")
  @CsvSource({
    "name, name, 0",
    "nam, name, 1",
    "names, name, 1",
    "nbme, name, 1",
    "nmae, name, 1",
    "'', name, 4",
    "name, '', 4",
    "kitten, sitting, 3",
    "election, election-timeout, 1"
  })
  void distanceCountsEdits(String left, String right, int edits) {
    assertThat(FlagSuggestion.distance(left, right)).isEqualTo(edits);
  }

  @Test
  void equalDistancesAreDecidedByTheAlphabet() {
    assertThat(FlagSuggestion.nearest("bat", List.of("hat", "cat"))).contains("cat");
    assertThat(FlagSuggestion.nearest("bat", List.of("cat", "hat"))).contains("cat");
  }

  @Test
  void nothingKnownMeansNothingSuggested() {
    assertThat(FlagSuggestion.nearest("bat", List.of())).isEmpty();
  }
}
