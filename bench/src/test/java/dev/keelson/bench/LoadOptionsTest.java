package dev.keelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadOptionsTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          put --conns 0 | --conns must be from 1 to 10000, not 0
          put --clients 0 | --clients must be from 1 to 100000, not 0
          put --clients 3 | --clients 3 is less than --conns 64
          put --threads 65 | --threads must be from 1 to 64, not 65
          put --conns 2 --threads 3 | --threads 3 is more than --conns 2
          put --keys 0 | --keys must be from 1 to 100000000, not 0
          put --keys 100 --key-size 7 | --key-size must be from 8 to 32768, not 7
          put --value-size -1 | --value-size must be from 0 to 16777216, not -1
          put --seconds 0 | --seconds must be from 1 to 86400, not 0
          put --warmup -1 | --warmup must be from 0 to 3600, not -1
          put --timeout 1 | --timeout must be from 100 to 600000, not 1
          put --rate 0 | --rate must be from 1 to 10000000, not 0.0
          put --rate NaN | --rate must be from 1 to 10000000, not NaN
          mixed --read-ratio 1.5 | --read-ratio must be from 0 to 1, not 1.5
          txn --keys 100 | --keys 100 is less than --clients 256
          put --server-pids 1,x | must be process ids separated by commas
          put --server-pids 5,5 | --server-pids names process 5 twice
          put --watchers -1 | --watchers must be from 0 to 10000000, not -1
          watch --watchers 0 | --watchers must be from 1 to 10000000, not 0
          watch --watchers 5 --streams 6 | --streams 6 is more than --watchers 5
          watch --value-size 7 | --value-size must be from 8 to 16777216, not 7
          put --endpoints https://a:1 | only plain http is spoken here, not https
          put --seconds soon | is not an int
          """)
  void wrongValueIsNamedWithItsBounds(String arguments, String message) {
    var result = Console.run(arguments.split(" "));

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains(message).contains("Try '");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void unknownOptionIsAnsweredWithTheNearest() {
    var result = Console.run("put", "--value-sise", "5");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("--value-sise").contains("--value-size");
  }

  @Test
  void unknownLoadIsAnsweredWithTheNearest() {
    var result = Console.run("mixde");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("mixde").contains("bench mixed");
  }

  @Test
  void loadMustBeNamed() {
    var result = Console.run();

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("put, get, range, mixed, txn, lease-keepalive or watch");
  }

  @Test
  void processThatDoesNotExistIsNamedBeforeTheLoadBegins() {
    try (var server = FakeEtcd.start()) {
      var result = Console.load("put", server, "--server-pids", "9999999999");

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err()).contains("no server process 9999999999 on this machine");
      assertThat(server.requests()).isZero();
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"put", "get", "range", "mixed", "txn"})
  void helpNamesTheOptionsOfEachLoad(String load) {
    var result = Console.run(load, "--help");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("--endpoints", "--conns", "--server-pids", "--rate");
    assertThat(result.out().contains("--read-ratio")).isEqualTo(load.equals("mixed"));
  }
}
