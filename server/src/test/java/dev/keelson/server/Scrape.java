package dev.keelson.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a member answered to GET /metrics, read as Prometheus reads it: whatever is no line of the
 * text format fails.
 */
final class Scrape {
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?:[a-zA-Z_]\\w*=\"(?:[^\"\\\\\\n"
              + "]|\\\\[\\\\n"
              + "\"])*\",?)*})? (NaN|[+-]Inf|[-+0-9.eE]+)");

  private final Map<String, String> types = new HashMap<>();
  private final Map<String, Double> samples = new HashMap<>();

  private Scrape() {}

  static Scrape of(int port) {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
              .version(HttpClient.Version.HTTP_1_1)
              .build();
      var response = http.send(request, BodyHandlers.ofString());
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/plain; version=0.0.4");
      return parse(response.body());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static Scrape parse(String text) {
    assertThat(text).endsWith("\n");
    var scrape = new Scrape();
    var closed = new HashSet<String>();
    var family = "";
    for (var line : text.lines().toList()) {
      if (line.startsWith("# HELP ")) {
        closed.add(family);
      } else if (line.startsWith("# TYPE ")) {
        var words = line.split(" ", -1);
        family = words[2];
        assertThat(closed).as("families that have ended").doesNotContain(family);
        assertThat(scrape.types.put(family, words[3])).as(line).isNull();
      } else {
        var sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as("a sample: %s", line).isTrue();
        assertThat(sample.group(1)).as("of the family above it").startsWith(family);
        var key = line.substring(0, line.lastIndexOf(' '));
        assertThat(scrape.samples.put(key, Double.valueOf(sample.group(3)))).as(line).isNull();
      }
    }
    return scrape;
  }

  Map<String, String> types() {
    return types;
  }

  /** The value of a sample, named with its labels as they are written. */
  double value(String sample) {
    assertThat(samples).containsKey(sample);
    return requireNonNull(samples.get(sample));
  }

  /** The labels that the samples of a family carry, beyond those of a histogram's buckets. */
  Set<String> labels(String family) {
    var names = new HashSet<String>();
    for (var sample : samples.keySet()) {
      if (sample.startsWith(family + "{") || sample.startsWith(family + "_count{")) {
        var matcher = Pattern.compile("[{,](\\w+)=\"").matcher(sample);
        while (matcher.find()) {
          names.add(matcher.group(1));
        }
      }
    }
    return names;
  }
}
