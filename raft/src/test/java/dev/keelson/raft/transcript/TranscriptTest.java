package dev.keelson.raft.transcript;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Transcripts hold comments ({@code #}), and commands with what they did, parted by {@code ----}
 * and ended by an empty line. {@code -Dkeelson.rewrite=true} writes down what happens now; the
 * change is reviewed like code.
 */
class TranscriptTest {
  private static final Path DIRECTORY = Path.of("src/test/resources/transcripts");

  @TestFactory
  Stream<DynamicTest> groupsBehaveAsTheirTranscriptsSay() throws IOException {
    List<Path> files;
    try (var listing = Files.list(DIRECTORY)) {
      files = listing.sorted().toList();
    }
    assertThat(files).hasSizeGreaterThanOrEqualTo(6);
    return files.stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> replay(file)));
  }

  private static void replay(Path file) throws IOException {
    var written = Files.readString(file);
    var happened = happening(written.lines().toList());
    if (Boolean.getBoolean("keelson.rewrite")) {
      Files.writeString(file, happened);
    } else {
      assertThat(happened).isEqualTo(written);
    }
  }

  private static String happening(List<String> lines) {
    var transcript = new Transcript();
    var out = new ArrayList<String>();
    boolean result = false;
    for (var line : lines) {
      if (line.isBlank()) {
        result = false;
        out.add("");
      } else if (line.startsWith("#")) {
        out.add(line);
      } else if (line.equals("----")) {
        result = true;
      } else if (!result) {
        out.add(line);
        out.add("----");
        out.addAll(transcript.run(line));
      }
    }
    return String.join("\n", out) + "\n";
  }
}
