package dev.keelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerCommandTest {
  private static final ServerCommand.FileReader NO_FILES =
      path -> {
        throw new NoSuchFileException(path.toString());
      };

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"--name=m1", "--name m1", "-name=m1", "-name m1", "--name=x --name=m1"})
  void flagsAreWrittenAsGoWritesThem(String line) {
    assertThat(run(List.of(line.split(" "))).config().identity().name()).isEqualTo("m1");
  }

  @Test
  void aValueMayHoldAnEqualsSignOrStartWithADash() {
    var run = run(List.of("--quota-backend-bytes", "-1", "--initial-cluster-token=a=b"));

    assertThat(run.config().limits().quotaBackendBytes()).isEqualTo(-1);
    assertThat(run.config().initialCluster().token()).isEqualTo("a=b");
  }

  @Test
  void aBooleanTakesItsValueOnlyAfterAnEqualsSign() {
    assertThat(run(List.of("--stop-with-stdin")).stopWithStdin()).isTrue();
    assertThat(run(List.of("--stop-with-stdin=false")).stopWithStdin()).isFalse();
    assertThat(refused("--stop-with-stdin", "false").line())
        .isEqualTo("'false' is no flag; every setting is given as --flag=value");
    assertThat(refused("--stop-with-stdin=maybe").line()).contains("must be true or false");
  }

  @ParameterizedTest(name = "{0} means {1}")
  @CsvSource({
    "--listen-client-url=x, --listen-client-urls",
    "--datadir=x, --data-dir",
    "--election, --election-timeout",
    "--heartbaet-interval, --heartbeat-interval",
    "--verison, --version",
    "-nmae, --name"
  })
  void anUnknownFlagIsRefusedWithTheNearestKnownOne(String given, String nearest) {
    var refused = refused(given);

    assertThat(refused.exitCode()).isEqualTo(ConfigException.BAD_USAGE);
    assertThat(refused.line())
        .startsWith("unknown flag --")
        .endsWith("; did you mean " + nearest + "?");
  }

  @Test
  void theHiddenFlagIsNeverSuggested() {
    assertThat(refused("--stop-with-stdi").line()).doesNotContain("stop-with-stdin");
  }

  @Test
  void aFlagOfEtcdThatHasNoMeaningHereIsNotCalledUnknown() {
    var refused = refused("--cert-file=a.pem");

    assertThat(refused.exitCode()).isEqualTo(ConfigException.BAD_USAGE);
    assertThat(refused.line())
        .isEqualTo("flag --cert-file is etcd's and not available in this version of Keelson");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"name=m1", "-", "--", "m1"})
  void aWordThatIsNoFlagIsRefused(String word) {
    assertThat(refused(word).exitCode()).isEqualTo(ConfigException.BAD_USAGE);
    assertThat(refused(word).line()).startsWith("'" + word + "' is no flag");
  }

  @Test
  void aFlagWithoutItsValueIsRefused() {
    assertThat(refused("--name").line()).isEqualTo("flag --name needs a value");
  }

  @Test
  void theEnvironmentSetsWhatTheFlagsDoNot() {
    var environment = Map.of("KEELSON_NAME", "m1", "KEELSON_MAX_TXN_OPS", "7", "HOME", "/");
    var run = (ServerCommand.Run) ServerCommand.read(List.of(), environment, NO_FILES);

    assertThat(run.config().identity().name()).isEqualTo("m1");
    assertThat(run.config().limits().maxTxnOps()).isEqualTo(7);
    assertThat(run.warnings()).isEmpty();
  }

  @Test
  void aRefusedValueIsNamedByTheVariableItCameFrom() {
    var environment = Map.of("KEELSON_MAX_TXN_OPS", "many");
    var refused = (ServerCommand.Refused) ServerCommand.read(List.of(), environment, NO_FILES);

    assertThat(refused.line()).startsWith("KEELSON_MAX_TXN_OPS=many: must be a whole number");
  }

  @Test
  void aFlagAndItsVariableTogetherAreRefused() {
    var environment = Map.of("KEELSON_NAME", "m1");
    var refused =
        (ServerCommand.Refused) ServerCommand.read(List.of("--name=m1"), environment, NO_FILES);

    assertThat(refused.exitCode()).isEqualTo(ConfigException.INVALID);
    assertThat(refused.line())
        .isEqualTo("KEELSON_NAME is set, and so is --name: give only one of them");
  }

  @Test
  void anEmptyVariableIsNotSet() {
    var command = ServerCommand.read(List.of("--name=m1"), Map.of("KEELSON_NAME", ""), NO_FILES);

    assertThat(command).isInstanceOf(ServerCommand.Run.class);
  }

  @Test
  void variablesThatMeanNothingAreWarnedOfAndTheLaunchersAreNot() {
    var environment =
        Map.of(
            "KEELSON_SERVICE_HOST", "10.0.0.1", "KEELSON_HELP", "true", "KEELSON_JAVA_HOME", "/j");
    var run = (ServerCommand.Run) ServerCommand.read(List.of(), environment, NO_FILES);

    assertThat(run.warnings())
        .containsExactly(
            "environment variable KEELSON_HELP has no effect",
            "unknown environment variable KEELSON_SERVICE_HOST");
  }

  @Test
  void theFileSetsWhatFlagsAndEnvironmentDoNot() {
    var text =
        """
        # a member
        name: 010
        max-txn-ops: 5
        election-timeout: 2000
        log-level:
        listen-peer-urls:
          - http://127.0.0.1:7001
          - http://127.0.0.1:7002
        """;
    var command =
        ServerCommand.read(
            List.of("--config-file=m.yaml", "--max-txn-ops=6"),
            Map.of("KEELSON_ELECTION_TIMEOUT", "3000"),
            _ -> text);
    var config = ((ServerCommand.Run) command).config();

    assertThat(config.identity().name()).as("a name stays text").isEqualTo("010");
    assertThat(config.limits().maxTxnOps()).isEqualTo(6);
    assertThat(config.timing().electionTimeoutMillis()).isEqualTo(3000);
    assertThat(config.listeners().listenPeerUrls()).hasSize(2);
    assertThat(config.logLevel()).isEqualTo(ServerConfig.LogLevel.INFO);
  }

  @Test
  void theEnvironmentMayNameTheFile() {
    var environment = Map.of("KEELSON_CONFIG_FILE", "m.yaml");
    var run = (ServerCommand.Run) ServerCommand.read(List.of(), environment, _ -> "name: m1");

    assertThat(run.config().identity().name()).isEqualTo("m1");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          nmae: a | --config-file=m.yaml: unknown key 'nmae'; did you mean 'name'?
          cert-file: a | 'cert-file' is etcd's and not available
          config-file: b | 'config-file' cannot be set in the file
          stop-with-stdin: true | 'stop-with-stdin' cannot be set in the file
          name: {a: b} | 'name' must be a single value or a list
          name: [[a]] | 'name' must be a single value or a list
          - name | must be a mapping, one 'flag: value' on each line
          name | must be a mapping
          a: "b | no valid YAML
          a: *b | no valid YAML
          max-txn-ops: many | m.yaml: max-txn-ops=many: must be a whole number
          ? [a] | unknown key '[a]'
          """)
  void aFileThatSaysNothingSensibleIsRefused(String text, String line) {
    var refused =
        (ServerCommand.Refused)
            ServerCommand.read(List.of("--config-file=m.yaml"), Map.of(), _ -> text);

    assertThat(refused.exitCode()).isEqualTo(ConfigException.INVALID);
    assertThat(refused.line()).contains(line).doesNotContain("\n");
  }

  @Test
  void aKeyGivenTwiceInTheFileIsRefusedWithItsLine() {
    var refused =
        (ServerCommand.Refused)
            ServerCommand.read(
                List.of("--config-file=m.yaml"), Map.of(), _ -> "name: a\nname: b\n");

    assertThat(refused.line()).contains("line 2").contains("duplicate key");
  }

  @Test
  void anEmptyFileSetsNothing() {
    assertThat(ServerCommand.read(List.of("--config-file=m.yaml"), Map.of(), _ -> "# nothing\n"))
        .isInstanceOf(ServerCommand.Run.class);
  }

  @Test
  void aFileThatCannotBeReadIsNamed() {
    var missing = refused("--config-file=m.yaml");
    var unreadable =
        (ServerCommand.Refused)
            ServerCommand.read(
                List.of("--config-file=m.yaml"),
                Map.of(),
                _ -> {
                  throw new IOException("Input/output error");
                });

    assertThat(missing.line()).isEqualTo("--config-file=m.yaml: there is no such file");
    assertThat(unreadable.line()).contains("cannot be read").contains("Input/output error");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"--help", "-help", "-h", "--h"})
  void helpNamesEveryFlagButTheHidden(String flag) {
    var help = (ServerCommand.ShowHelp) ServerCommand.read(List.of(flag), Map.of(), NO_FILES);

    assertThat(Flag.visibleNames())
        .allSatisfy(name -> assertThat(help.text()).contains("--" + name));
    assertThat(help.text()).doesNotContain("stop-with-stdin");
  }

  @Test
  void helpAndVersionWinOverValuesThatMakeNoMember() {
    assertThat(ServerCommand.read(List.of("--name=", "--version"), Map.of(), NO_FILES))
        .isInstanceOf(ServerCommand.ShowVersion.class);
    assertThat(ServerCommand.read(List.of("--name=", "--help"), Map.of(), NO_FILES))
        .isInstanceOf(ServerCommand.ShowHelp.class);
  }

  private static ServerCommand.Run run(List<String> args) {
    return (ServerCommand.Run) ServerCommand.read(args, Map.of(), NO_FILES);
  }

  private static ServerCommand.Refused refused(String... args) {
    return (ServerCommand.Refused) ServerCommand.read(List.of(args), Map.of(), NO_FILES);
  }
}
