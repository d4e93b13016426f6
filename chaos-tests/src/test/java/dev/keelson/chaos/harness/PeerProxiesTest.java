package dev.keelson.chaos.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** This process is both members: what it sends itself goes over the link from 0 to 0. */
class PeerProxiesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final PeerProxies proxies =
      new PeerProxies(1, new SocketOwners(1, _ -> ProcessHandle.current().pid()));
  private final ServerSocket member;
  private int advertised;

  PeerProxiesTest() throws IOException {
    member = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
  }

  @BeforeEach
  void serve() throws IOException {
    var listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    advertised = listener.getLocalPort();
    proxies.serve(0, listener, member.getLocalPort());
  }

  @AfterEach
  void close() throws IOException {
    proxies.close();
    member.close();
  }

  @Test
  void whatIsSentArrives() throws IOException {
    try (var peer = connect();
        var accepted = member.accept()) {
      peer.getOutputStream().write(7);

      assertThat(accepted.getInputStream().read()).isEqualTo(7);
    }
  }

  @Test
  void aCutSwallowsAndTheConnectionEndsWhenItHasHealed() throws IOException {
    try (var peer = connect();
        var accepted = member.accept()) {
      proxies.cut(0, 0);
      peer.getOutputStream().write(7);
      await().atMost(PATIENCE).until(() -> proxies.swallowedBytes() == 1);

      proxies.heal();
      peer.getOutputStream().write(8);

      // Neither the byte that was swallowed nor one after it: a stream with a hole is none.
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aSlowLinkBringsEverythingLater() throws IOException {
    try (var peer = connect();
        var accepted = member.accept()) {
      proxies.delay(0, 0, Duration.ofMillis(10));
      peer.getOutputStream().write(7);

      assertThat(accepted.getInputStream().read()).isEqualTo(7);
      assertThat(proxies.delayedBytes()).isEqualTo(1);
    }
  }

  @Test
  void aNarrowLinkBringsEverythingBitByBit() throws IOException {
    try (var peer = connect();
        var accepted = member.accept()) {
      var much = new byte[32 * 1024];
      proxies.throttle(0, 0, 1024 * 1024);
      peer.getOutputStream().write(much);

      assertThat(accepted.getInputStream().readNBytes(much.length)).isEqualTo(much);
      assertThat(proxies.delayedBytes()).isEqualTo(much.length);
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), advertised);
  }
}
