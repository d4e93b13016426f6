package dev.keelson.chaos.processes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What strangers send to a port: noise, other protocols, and the beginnings of ours. */
final class Garbage {
  private static final int CONNECT_MILLIS = 60_000;
  private static final int ROUNDS = 20;

  private final Random random;

  Garbage(long seed) {
    random = new Random(seed);
  }

  /** Sends everything, each on a connection of its own; some stay open until the end. */
  void throwAt(int port) {
    var silent = new ArrayList<Socket>();
    try {
      for (int round = 0; round < ROUNDS; round++) {
        silent.add(connect(port));
        for (byte[] payload : payloads()) {
          send(port, payload);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("port " + port + " no longer accepts", e);
    } finally {
      silent.forEach(Garbage::closeQuietly);
    }
  }

  private List<byte[]> payloads() {
    byte[] noise = new byte[1 + random.nextInt(8_192)];
    random.nextBytes(noise);
    byte[] zeros = new byte[4_096];
    byte[] hugeLength = ByteBuffer.allocate(64).putInt(Integer.MAX_VALUE).array();
    byte[] negativeLength = ByteBuffer.allocate(64).putInt(-1).array();
    byte[] tlsHello = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, (byte) 0xfc, 0x03, 0x03};
    byte[] http = "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] endlessHeader =
        ("GET / HTTP/1.1\r\nX: " + "y".repeat(100_000)).getBytes(StandardCharsets.US_ASCII);
    byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] prefaceAndNoise =
        ByteBuffer.allocate(preface.length + noise.length).put(preface).put(noise).array();
    return List.of(
        noise,
        zeros,
        hugeLength,
        negativeLength,
        tlsHello,
        http,
        endlessHeader,
        preface,
        prefaceAndNoise);
  }

  /** A server may close while we still write: that is its right. */
  private static void send(int port, byte[] payload) throws IOException {
    try (Socket socket = connect(port)) {
      try {
        socket.getOutputStream().write(payload);
        socket.getOutputStream().flush();
      } catch (IOException e) {
        // Refused in the middle, as it should be.
      }
    }
  }

  private static Socket connect(int port) throws IOException {
    var socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
    return socket;
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }
}
