package dev.keelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OperatingGuideTest {
  private static final Path GUIDE = Path.of("..", "docs", "operating-guide.md");
  private static final String BEGIN =
      "<!-- flags: written by OperatingGuideTest, run it with -Dkeelson.rewrite=true -->\n";
  private static final String END = "<!-- end of flags -->\n";

  @Test
  void theGuideListsEveryFlagAsItIs() throws IOException {
    String guide = Files.readString(GUIDE);
    int from = guide.indexOf(BEGIN) + BEGIN.length();
    int to = guide.indexOf(END);
    if (Boolean.getBoolean("keelson.rewrite")) {
      Files.writeString(GUIDE, guide.substring(0, from) + table() + guide.substring(to));
      return;
    }

    assertThat(guide.substring(from, to)).isEqualTo(table());
  }

  private static String table() {
    return Arrays.stream(Flag.values())
        .filter(flag -> flag.section() != Flag.Section.HIDDEN)
        .map(OperatingGuideTest::row)
        .collect(
            Collectors.joining(
                "\n", "| flag | environment | default | meaning |\n|---|---|---|---|\n", "\n"));
  }

  private static String row(Flag flag) {
    String environment = flag.isCommandLineOnly() ? "" : "`" + flag.environmentName() + "`";
    boolean hasDefault = !flag.isBoolean() && !flag.defaultText().isEmpty();
    String meaning = flag.meaning().replace("<", "&lt;").replace("|", "\\|");
    return "| `--%s` | %s | %s | %s |"
        .formatted(
            flag.flagName(),
            environment,
            hasDefault ? "`" + flag.defaultText() + "`" : "",
            meaning);
  }
}
