package dev.keelson.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.Optional;

/**
 * A port of loopback that stays ours while its member is down. On Linux a socket that is bound and
 * never listens keeps it from every other program, and lets the member listen beside it; who
 * connects meanwhile is refused, as by a machine that runs no member. Elsewhere the port is one
 * that was free a moment ago.
 */
final class ReservedPort implements AutoCloseable {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final int port;
  private final Optional<Socket> placeholder;

  private ReservedPort(int port, Optional<Socket> placeholder) {
    this.port = port;
    this.placeholder = placeholder;
  }

  /** One that nobody uses. */
  static ReservedPort any() {
    return of(0);
  }

  /** This one, or any for 0. */
  static ReservedPort of(int wanted) {
    var socket = new Socket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(LOOPBACK, wanted));
      int port = socket.getLocalPort();
      if (staysBesideAListener()) {
        return new ReservedPort(port, Optional.of(socket));
      }
      socket.close();
      return new ReservedPort(port, Optional.empty());
    } catch (IOException e) {
      close(socket);
      throw new EmbeddedException("port " + wanted + " of loopback cannot be had", e);
    }
  }

  private static boolean staysBesideAListener() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
  }

  int number() {
    return port;
  }

  String endpoint() {
    return "127.0.0.1:" + port;
  }

  String url() {
    return "http://" + endpoint();
  }

  @Override
  public void close() {
    placeholder.ifPresent(ReservedPort::close);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
