package dev.keelson.server.config;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An address of a member, as flags and the member list write it: {@code http://host:port}.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without its brackets
 * @param port 0 only where a listener may choose
 */
public record MemberUrl(String scheme, String host, int port) {
  private static final String PREFIX = "http://";
  private static final int MAX_PORT = 65_535;
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("(?=.*:.*:)[0-9a-fA-F:.]+(?:%\\w+)?");
  private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]*)");

  /** Reads one URL. The exception's message says what is wrong with it, not where it stood. */
  static MemberUrl parse(String text) throws ConfigException {
    if (text.startsWith("https://")) {
      throw ConfigException.invalid("TLS is not available in this version, use http://host:port");
    }
    if (!text.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
      throw ConfigException.invalid("must have the form http://host:port");
    }
    String authority = text.substring(PREFIX.length());
    // One slash at the end is what people paste; a path means another server behind it.
    if (authority.endsWith("/")) {
      authority = authority.substring(0, authority.length() - 1);
    }
    if (authority.contains("/") || authority.contains("?") || authority.contains("#")) {
      throw ConfigException.invalid("must have no path, only http://host:port");
    }
    int colon = authority.lastIndexOf(':');
    boolean insideBrackets = colon < authority.lastIndexOf(']');
    if (colon < 1 || insideBrackets) {
      throw ConfigException.invalid("has no port, must have the form http://host:port");
    }
    return new MemberUrl(
        "http", host(authority.substring(0, colon)), port(authority.substring(colon + 1)));
  }

  private static String host(String text) throws ConfigException {
    if (text.startsWith("[") && text.endsWith("]")) {
      String address = text.substring(1, text.length() - 1);
      if (IPV6.matcher(address).matches()) {
        return address;
      }
      throw ConfigException.invalid("'" + text + "' is no IPv6 address");
    }
    if (text.contains(":")) {
      throw ConfigException.invalid("an IPv6 address must stand in brackets: http://[::1]:2379");
    }
    if (!HOST_NAME.matcher(text).matches()) {
      throw ConfigException.invalid("'" + text + "' is no host name and no IP address");
    }
    return text;
  }

  private static int port(String text) throws ConfigException {
    boolean digits =
        !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> isDigit(c));
    if (!digits || Integer.parseInt(text) > MAX_PORT) {
      throw ConfigException.invalid("port '" + text + "' is not a number from 0 to " + MAX_PORT);
    }
    return Integer.parseInt(text);
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  /** True for what a member may listen on: no name service decides where it listens. */
  boolean isAddressOrLocalhost() {
    return host.equals("localhost") || IPV4.matcher(host).matches() || host.contains(":");
  }

  /** True for the addresses that mean "every interface". */
  boolean isWildcard() {
    return host.equals("0.0.0.0") || host.equals("::");
  }

  /** True when both cannot be listened on; a port that is chosen freely meets no other. */
  boolean collidesWith(MemberUrl other) {
    return port != 0 && canonical().equals(other.canonical());
  }

  /** Where to bind or to connect to; a name is looked up now. */
  public InetSocketAddress socketAddress() {
    return new InetSocketAddress(host, port);
  }

  /** The same place under the name that comparisons use: localhost is 127.0.0.1. */
  MemberUrl canonical() {
    String lower = host.toLowerCase(Locale.ROOT);
    return new MemberUrl(scheme, lower.equals("localhost") ? "127.0.0.1" : lower, port);
  }

  @Override
  public String toString() {
    return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
