package dev.keelson.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.random.RandomGenerator;

/**
 * Ports for members whose addresses must be known before they listen, and that stop and come back.
 * Below the range for outgoing connections, any of which could else take the port meanwhile.
 */
public final class FreePort {
  private static final int LOWEST = 10_000;
  private static final int HIGHEST = 32_000;
  private static final int ATTEMPTS = 1_000;

  private FreePort() {}

  /** A port that was free a moment ago. */
  public static int find() {
    var random = RandomGenerator.getDefault();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = random.nextInt(LOWEST, HIGHEST);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port from " + LOWEST + " to " + HIGHEST);
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException busy) {
      return false;
    }
  }
}
