package dev.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpOptionsTest {
  @Test
  void nothingToldLeavesTheChoiceToWhatTheDirectoryHolds() throws UpException {
    assertThat(UpOptions.parse(List.of()))
        .isEqualTo(new UpOptions(0, 0, Path.of("keelson-data"), true, false));
  }

  @Test
  void optionsTakeTheirValueAfterAnEqualsSignOrASpace() throws UpException {
    var spaced =
        UpOptions.parse(
            List.of("--members", "5", "-port-base", "100", "--data-dir", "d", "--no-restart"));
    var joined =
        UpOptions.parse(List.of("--members=5", "--port-base=100", "-data-dir=d", "-no-restart"));

    assertThat(spaced).isEqualTo(new UpOptions(5, 100, Path.of("d"), false, false));
    assertThat(joined).isEqualTo(spaced);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          --members=2 | --members=2: must be 1, 3 or 5
          --members= | --members=: must be 1, 3 or 5
          --members | --members needs a value
          --port-base=0 | --port-base=0: must be a number from 1 to 65535
          --port-base=65536 | must be a number from 1 to 65535
          --port-base=x | must be a number from 1 to 65535
          --data-dir= | --data-dir=: must be a directory
          --no-restart=false | --no-restart takes no value
          --membres=3 | unknown option --membres; did you mean --members?
          --port=1 | did you mean --port-base?
          3 | '3' is no option
          """)
  void whatCannotBeMeantIsRefusedInOneLine(String word, String line) {
    assertThatThrownBy(() -> UpOptions.parse(List.of(word)))
        .isInstanceOf(UpException.class)
        .hasMessageContaining(line);
  }
}
