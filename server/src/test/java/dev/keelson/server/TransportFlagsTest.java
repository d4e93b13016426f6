package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.server.config.ConfigException;
import dev.keelson.server.config.ServerConfig;
import org.junit.jupiter.api.Test;

/** What the transport is told is what the flags say. */
class TransportFlagsTest {
  @Test
  void snapshotsAreSentAtThePaceOfTheFlag() throws ConfigException {
    var config = ServerConfig.of("--snapshot-send-rate-bytes=3MiB");

    var transport = KeelsonServer.transportConfig(config);

    assertThat(transport.snapshotBytesPerSecond()).isEqualTo(3 << 20);
    assertThat(transport.listenUrls()).containsExactly("http://localhost:2380");
  }

  @Test
  void withoutTheFlagTheyAreNotHeldBack() throws ConfigException {
    assertThat(KeelsonServer.transportConfig(ServerConfig.of()).snapshotBytesPerSecond()).isZero();
  }
}
