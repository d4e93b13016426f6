package dev.keelson.client.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.client.KeelsonClient;
import dev.keelson.client.StoreUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's code is compiled and run. */
class ClientGuideTest {
  private static final Path GUIDE = Path.of("..", "docs", "client-guide.md");
  private static final Path EXAMPLES =
      Path.of("src/test/java/dev/keelson/client/guide/GuideExamples.java");
  private static final Pattern SNIPPET =
      Pattern.compile("(?s)<!-- snippet: (\\w+) -->\n```java\n(.*?)```\n");

  @Test
  void everySnippetOfTheGuideIsThatOfTheExamples() throws IOException {
    Map<String, String> examples = examples();
    String guide = Files.readString(GUIDE);
    if (Boolean.getBoolean("keelson.rewrite")) {
      guide = SNIPPET.matcher(guide).replaceAll(found -> quoted(found, examples));
      Files.writeString(GUIDE, guide);
    }
    var snippets = new LinkedHashMap<String, String>();
    SNIPPET.matcher(guide).results().forEach(found -> snippets.put(found.group(1), found.group(2)));

    assertThat(snippets).isEqualTo(examples);
    assertThat(guide.split("```java", -1)).hasSize(snippets.size() + 1);
  }

  private static String quoted(MatchResult found, Map<String, String> examples) {
    String name = found.group(1);
    return "<!-- snippet: "
        + name
        + " -->\n```java\n"
        + examples.getOrDefault(name, "").replace("\\", "\\\\").replace("$", "\\$")
        + "```\n";
  }

  /** The parts between marks, without the indentation of their first line. */
  private static Map<String, String> examples() throws IOException {
    var examples = new LinkedHashMap<String, String>();
    var part = new ArrayList<String>();
    String name = "";
    for (String line : Files.readAllLines(EXAMPLES)) {
      String text = line.strip();
      if (text.startsWith("// guide: ")) {
        name = text.substring("// guide: ".length());
        part.clear();
      } else if (text.equals("// end") && !name.isEmpty()) {
        examples.put(name, outdented(part));
        name = "";
      } else {
        part.add(line);
      }
    }
    return examples;
  }

  private static String outdented(List<String> lines) {
    int indent = lines.getFirst().length() - lines.getFirst().stripLeading().length();
    var text = new StringBuilder();
    for (String line : lines) {
      text.append(line.isBlank() ? "" : line.substring(indent)).append('\n');
    }
    return text.toString();
  }

  @Test
  @Timeout(600)
  void everyExampleRuns() throws Exception {
    var said = new CopyOnWriteArrayList<String>();
    var examples = new GuideExamples(said::add);
    try (var store = StoreUnderTest.keelson(1);
        var client = KeelsonClient.builder().endpoints(store.endpoints()).build()) {
      String endpoint = store.endpoints().getFirst();
      examples.connect(endpoint, endpoint, endpoint);
      assertThat(said).containsExactly("hello");
      examples.failures(client);
      examples.transaction(client);
      assertThat(client.kv().get("sold-out")).isPresent();
      examples.watch(client);
      said.clear();
      examples.stream(client);
      assertThat(said).contains("orders/1");
      examples.typed(client);
      assertThat(said).contains("changed: true");
      examples.cache(client);
      assertThat(said).contains("open: [open, open: two apples]");
      examples.lease(client);
      assertThat(client.kv().get("workers/7")).isEmpty();
      examples.mutex(client);
      assertThat(client.kv().get("report").orElseThrow().text()).startsWith("written with token");
      examples.election(client);
      assertThat(client.kv().get("schedule")).isPresent();
      examples.services(client);
      assertThat(said).contains("10.0.0.7:8080");
    }
  }
}
