package dev.keelson.client;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections by TLS: whom the client trusts, and as whom it is known. */
abstract class TlsContract extends Contract {
  private Certificates ours;
  private Certificates others;

  @BeforeAll
  void make(@TempDir Path first, @TempDir Path second) {
    ours =
        Certificates.in(first)
            .signed("server", "ip:127.0.0.1,dns:localhost")
            .signed("elsewhere", "dns:store.example")
            .signed("service", "dns:service.example");
    others = Certificates.in(second).signed("service", "dns:service.example");
  }

  private TlsFront front(String shows, boolean needsClients) {
    return new TlsFront(ours.server(shows), store().endpoints().getFirst(), needsClients);
  }

  private static KeelsonClient client(TlsFront front, Tls tls, int timeoutSeconds) {
    return KeelsonClient.builder()
        .endpoints(front.url())
        .tls(tls)
        .callTimeout(ofSeconds(timeoutSeconds))
        .build();
  }

  private static void isServed(TlsFront front, Tls tls, String name) {
    try (var client = client(front, tls, 60)) {
      var collected = Collected.all();
      long before = client.kv().put(name, "0");
      client.watches().publisher(WatchSpec.key(name).fromRevision(before + 1)).subscribe(collected);
      client.kv().put(name, "1");
      assertThat(client.kv().get(name).map(KeyValue::text)).contains("1");
      await()
          .atMost(ofSeconds(60))
          .untilAsserted(() -> assertThat(collected.lines()).containsExactly(name + "=1"));
    }
  }

  /** Nothing of the call is sent, so that even of a change it is certain that it was not made. */
  private static void isNotServed(TlsFront front, Tls tls) {
    try (var client = client(front, tls, 2)) {
      assertThatThrownBy(() -> client.kv().get("a")).isInstanceOf(UnavailableException.class);
      assertThatThrownBy(() -> client.kv().put("a", "1")).isInstanceOf(UnavailableException.class);
    }
  }

  @Test
  void theGivenAuthorityIsTrustedAndNoOther() {
    try (var front = front("server", false)) {
      isServed(front, Tls.trusting(ours.authority()), "trusted");
      isNotServed(front, Tls.trusting(others.authority()));
      isNotServed(front, Tls.systemTrust());
    }
  }

  @Test
  void theServersNameMustBeTheOneExpected() {
    try (var front = front("elsewhere", false)) {
      Tls tls = Tls.trusting(ours.authority());
      isServed(front, tls.serverName("store.example"), "named");
      isNotServed(front, tls);
      isNotServed(front, tls.serverName("other.example"));
    }
  }

  @Test
  void aClientShowsItsOwnCertificate() {
    try (var front = front("server", true)) {
      Tls tls = Tls.trusting(ours.authority());
      isServed(front, tls.showing(ours.certificate("service"), ours.key("service")), "shown");
      isNotServed(front, tls);
      isNotServed(front, tls.showing(others.certificate("service"), others.key("service")));
    }
  }

  @Test
  void materialThatCannotBeReadIsRefusedAtOnce() {
    try (var front = front("server", false)) {
      var unreadable = Tls.trusting(ours.key("service"));
      assertThatThrownBy(() -> client(front, unreadable, 60))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("service.key");
    }
  }
}
