package dev.keelson.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One address of a cluster, as typed: {@code host:port}, with or without {@code http://}. */
record Endpoint(String host, int port) {

  /**
   * Reads a list separated by commas.
   *
   * @throws IllegalArgumentException with a message that names the faulty part
   */
  static List<Endpoint> parseAll(String text) {
    var endpoints = new ArrayList<Endpoint>();
    for (String part : text.split(",", -1)) {
      var endpoint = parse(part.strip());
      if (endpoints.contains(endpoint)) {
        throw new IllegalArgumentException("endpoint " + endpoint + " is named twice");
      }
      endpoints.add(endpoint);
    }
    return List.copyOf(endpoints);
  }

  static Endpoint parse(String text) {
    String rest = text;
    int scheme = text.indexOf("://");
    if (scheme >= 0) {
      rest = text.substring(scheme + 3);
      String name = text.substring(0, scheme).toLowerCase(Locale.ROOT);
      if (!name.equals("http")) {
        throw new IllegalArgumentException(
            "endpoint '" + text + "': only plain http is spoken here, not " + name);
      }
    }
    int colon = rest.lastIndexOf(':');
    String host = colon < 0 ? rest : rest.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      throw new IllegalArgumentException(
          "endpoint '" + text + "': an IPv6 address needs brackets, as in [::1]:2379");
    }
    if (colon < 0 || host.isEmpty() || host.contains("/")) {
      throw new IllegalArgumentException(
          "endpoint '" + text + "' is not host:port, as in 127.0.0.1:2379");
    }
    return new Endpoint(host, port(text, rest.substring(colon + 1)));
  }

  private static int port(String text, String digits) {
    if (digits.matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(digits);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    }
    throw new IllegalArgumentException(
        "endpoint '" + text + "': the port must be a number from 1 to 65535");
  }

  @Override
  public String toString() {
    return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
  }
}
