package dev.keelson.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerUrlTest {
  @Test
  void hostAndPortAreTaken() {
    assertThat(PeerUrl.parse("http://10.0.0.1:2380")).contains(new PeerUrl("10.0.0.1", 2380));
    assertThat(PeerUrl.parse("HTTP://node-1.example:1")).contains(new PeerUrl("node-1.example", 1));
    assertThat(PeerUrl.parse("http://[::1]:2380")).contains(new PeerUrl("::1", 2380));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.1:2380",
        "https://10.0.0.1:2380",
        "unix://sock:1",
        "http://10.0.0.1",
        "http://:2380",
        "http://10.0.0.1:65536",
        "http://a b:2380"
      })
  void anythingElseIsRefused(String text) {
    assertThat(PeerUrl.parse(text)).isEmpty();
  }
}
