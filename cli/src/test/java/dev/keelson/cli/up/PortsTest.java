package dev.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void eachBusyPortIsNamed() throws IOException {
    int base = Rehearsal.freeBase();
    try (var client = new ServerSocket(base, 1, InetAddress.ofLiteral("127.0.0.1"));
        var peer = new ServerSocket(base + 20_001, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThatThrownBy(() -> Ports.requireFree(new ClusterPlan(3, base, "t")))
          .hasMessage(
              "ports %d, %d are in use; stop what listens there or choose another --port-base"
                  .formatted(client.getLocalPort(), peer.getLocalPort()));
    }
  }
}
