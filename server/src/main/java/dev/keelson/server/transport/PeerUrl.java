package dev.keelson.server.transport;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Where a member's peer port is. */
record PeerUrl(String host, int port) {
  private static final int MAX_PORT = 65535;

  /** Empty if the text is not {@code http://host:port}. */
  static Optional<PeerUrl> parse(String text) {
    try {
      var uri = new URI(text);
      String host = uri.getHost();
      if (!"http".equalsIgnoreCase(uri.getScheme()) || host == null) {
        return Optional.empty();
      }
      if (uri.getPort() < 0 || uri.getPort() > MAX_PORT) {
        return Optional.empty();
      }
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      return Optional.of(
          new PeerUrl(bracketed ? host.substring(1, host.length() - 1) : host, uri.getPort()));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
