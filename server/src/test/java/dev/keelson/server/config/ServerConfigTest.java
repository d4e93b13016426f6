package dev.keelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.config.ServerConfig.InitialCluster;
import dev.keelson.server.http.HttpPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ServerConfigTest {
  /** A flag, and below it what must stand in the refusal. */
  private static final String REFUSALS =
      """
      --name=a b
        => --name=a b: must be 1 to 255 characters without spaces, commas, '=' and slashes
      --name=../../etc
        => --name=../../etc: must be 1 to 255 characters
      --listen-client-urls=http://127.0.0.1:1
        => --advertise-client-urls is required when --listen-client-urls is given
      --listen-peer-urls=127.0.0.1:2380
        => --listen-peer-urls=127.0.0.1:2380: '127.0.0.1:2380' must have the form \
      http://host:port
      --listen-peer-urls=https://127.0.0.1:2380
        => TLS is not available in this version
      --cors=a.example
        => --cors=a.example: 'a.example' is no origin: scheme://host:port or *
      --cors=http://a.example/page
        => 'http://a.example/page' is no origin
      --host-whitelist=a,,b
        => --host-whitelist=a,,b: has an empty element
      --listen-peer-urls=http://db.example:2380
        => 'db.example' is a name; a listener needs an IP address or localhost
      --listen-peer-urls=http://127.0.0.256:2380
        => '127.0.0.256' is a name; a listener needs an IP address
      --listen-peer-urls=http://127.0.0.1
        => has no port
      --listen-peer-urls=http://[::1]
        => has no port
      --listen-peer-urls=http://::1:2380
        => an IPv6 address must stand in brackets
      --listen-peer-urls=http://[zz]:2380
        => '[zz]' is no IPv6 address
      --listen-peer-urls=http://127.0.0.1:65536
        => port '65536' is not a number from 0 to 65535
      --listen-peer-urls=http://127.0.0.1:x
        => port 'x' is not a number from 0 to 65535
      --listen-peer-urls=http://127.0.0.1:2380/a
        => must have no path
      --listen-peer-urls=http://127.0.0.1:2380,
        => '' must have the form http://host:port
      --listen-peer-urls=http://127.0.0.1:2380,http://localhost:2380
        => http://localhost:2380 is there twice
      --listen-peer-urls=http://127.0.0.1:2379
        => http://127.0.0.1:2379 is also in --listen-client-urls
      --advertise-client-urls=http://0.0.0.0:2379
        => http://0.0.0.0:2379 is every address and thus none
      --advertise-client-urls=http://127.0.0.1:0
        => has port 0, which nobody can connect to
      --initial-cluster=b=http://127.0.0.1:2380
        => does not hold this member, --name=default; known are b
      --initial-cluster=default=http://127.0.0.1:3380
        => gives member default the peer URLs [http://127.0.0.1:3380], \
      but --initial-advertise-peer-urls is [http://localhost:2380]
      --initial-cluster=default
        => 'default' must have the form name=http://host:port
      --initial-cluster=default=x
        => --initial-cluster=default=x: 'x' must have the form http://host:port
      --initial-cluster=default=http://localhost:2380,b=http://127.0.0.1:2380
        => http://127.0.0.1:2380 belongs to two members, default and b
      --initial-cluster=default=http://localhost:2380,default=http://localhost:2380
        => http://localhost:2380 is there twice for member default
      --initial-cluster-state=old
        => --initial-cluster-state=old: must be 'new' or 'existing'
      --election-timeout=499
        => must be at least 5 times --heartbeat-interval, which is 100, so at least 500
      --election-timeout=50001
        => --election-timeout=50001: must be at most 50000
      --election-timeout=1s
        => --election-timeout=1s: must be a whole number
      --heartbeat-interval=0
        => --heartbeat-interval=0: must be from 1 to 50000
      --snapshot-count=0
        => --snapshot-count=0: must be 1 or more
      --snapshot-catchup-entries=-1
        => must be 0 or more
      --max-request-bytes=0
        => --max-request-bytes=0: must be from 1 to 536870912
      --max-request-bytes=-5
        => --max-request-bytes=-5: must be from 1 to
      --max-txn-ops=0
        => --max-txn-ops=0: must be from 1
      --watch-progress-notify-interval=99ms
        => --watch-progress-notify-interval=99ms: must be a time such as 5s or 10m, at least 100ms
      --max-concurrent-streams=0
        => must be from 1 to 4294967295
      --quota-backend-bytes=lots
        => must be a number of bytes, such as 1048576 or 64MiB
      --quota-backend-bytes=99999999999GiB
        => must be a number of bytes
      --wal-segment-bytes=1
        => --wal-segment-bytes=1: must be from 1048576 to 1073741824
      --memtable-bytes=1KiB
        => must be 1048576 or more
      --wal-dir=default.keelson
        => must not be the data directory itself
      --log-level=loud
        => --log-level=loud: must be 'debug', 'info', 'warn' or 'error'
      """;

  static Stream<Arguments> refusals() {
    return Stream.of(REFUSALS.split("\n(?=--)"))
        .map(refusal -> refusal.strip().split("\n +=> "))
        .map(parts -> Arguments.of(parts[0], parts[1]));
  }

  @Test
  void withoutFlagsAMemberIsAClusterOfItsOwnOnEtcdsPorts() throws ConfigException {
    var config = ServerConfig.of();

    assertThat(config.identity().name()).isEqualTo("default");
    assertThat(config.identity().dataDir()).isEqualTo(Path.of("default.keelson").toAbsolutePath());
    assertThat(config.identity().walDir()).isEqualTo(config.identity().dataDir().resolve("wal"));
    assertThat(config.listeners().listenClientUrls())
        .containsExactly(new MemberUrl("http", "localhost", 2379));
    assertThat(config.listeners().advertisePeerUrls())
        .containsExactly(new MemberUrl("http", "localhost", 2380));
    assertThat(config.initialCluster().members())
        .containsOnlyKeys("default")
        .containsEntry("default", config.listeners().advertisePeerUrls());
    assertThat(config.initialCluster().state()).isEqualTo(InitialCluster.State.NEW);
    assertThat(config.initialCluster().token()).isEqualTo("etcd-cluster");
    assertThat(config.timing().heartbeatIntervalMillis()).isEqualTo(100);
    assertThat(config.timing().electionTimeoutMillis()).isEqualTo(1000);
    assertThat(config.limits().quotaBackendBytes()).isZero();
    assertThat(config.limits().maxRequestBytes()).isEqualTo(1572864);
    assertThat(config.limits().maxTxnOps()).isEqualTo(128);
    assertThat(config.logLevel()).isEqualTo(ServerConfig.LogLevel.INFO);
  }

  @Test
  void aMemberOfThreeKnowsAllPeerUrlsInTheOrderGiven() throws ConfigException {
    var config =
        ServerConfig.of(
            "--name=b",
            "--initial-cluster=c=http://10.0.0.3:2380,b=http://10.0.0.2:2380,"
                + "b=http://[::1]:2380,a=http://a.example:2380",
            "--initial-advertise-peer-urls=http://[::1]:2380,http://10.0.0.2:2380");

    assertThat(config.initialCluster().members().keySet()).containsExactly("c", "b", "a");
    assertThat(config.initialCluster().members().get("b"))
        .map(MemberUrl::toString)
        .containsExactly("http://10.0.0.2:2380", "http://[::1]:2380");
  }

  @Test
  void localhostAndItsAddressAreOnePlaceInTheInitialCluster() throws ConfigException {
    var config = ServerConfig.of("--name=a", "--initial-cluster=a=http://127.0.0.1:2380");

    assertThat(config.initialCluster().members()).containsOnlyKeys("a");
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({"0, 0", "-1, -1", "4096, 4096", "8GiB, 8589934592"})
  void quotaIsTakenAsItIsGiven(String given, long bytes) throws ConfigException {
    assertThat(ServerConfig.of("--quota-backend-bytes=" + given).limits().quotaBackendBytes())
        .isEqualTo(bytes);
  }

  @Test
  void etcdsDefaultOfAllStreamsThereCanBeIsTaken() throws ConfigException {
    var limits = ServerConfig.of("--max-concurrent-streams=4294967295").limits();

    assertThat(limits.maxConcurrentStreams()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  @Tag("GW13")
  @Tag("GW14")
  void originsAndHostsAreListsAndNoneMeansAll() throws ConfigException {
    var http = ServerConfig.of("--cors=http://a:80, https://b", "--host-whitelist=a,b").http();

    assertThat(http.origins()).containsExactlyInAnyOrder("http://a:80", "https://b");
    assertThat(http.hosts()).containsExactlyInAnyOrder("a", "b");
    assertThat(ServerConfig.of("--cors=", "--host-whitelist=").http()).isEqualTo(HttpPolicy.OPEN);
    assertThat(ServerConfig.of().http()).isEqualTo(HttpPolicy.OPEN);
  }

  @Test
  void aListenerMayChooseItsPort() throws ConfigException {
    var listeners =
        ServerConfig.of(
                "--listen-client-urls=http://127.0.0.1:0",
                "--listen-peer-urls=http://127.0.0.1:0",
                "--advertise-client-urls=http://127.0.0.1:2379")
            .listeners();

    assertThat(listeners.listenPeerUrls()).map(MemberUrl::port).isEqualTo(List.of(0));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("refusals")
  void aValueThatMakesNoMemberIsRefusedByNameAndValue(String flag, String line) {
    assertThatThrownBy(() -> ServerConfig.of(flag))
        .isInstanceOfSatisfying(
            ConfigException.class,
            refusal -> {
              assertThat(refusal.exitCode()).isEqualTo(ConfigException.INVALID);
              assertThat(refusal.line()).contains(line).doesNotContain("\n");
            });
  }
}
