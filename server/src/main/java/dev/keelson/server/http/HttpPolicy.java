package dev.keelson.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the client port allows over HTTP/1.1, as etcd's flags say it.
 *
 * @param origins of pages that may read answers; {@code *} for all (GW13)
 * @param hosts by which the port may be called; {@code *} for all (GW14)
 */
public record HttpPolicy(Set<String> origins, Set<String> hosts) {
  public static final String ANY = "*";

  /** Everything is allowed, which is the default. */
  public static final HttpPolicy OPEN = new HttpPolicy(Set.of(ANY), Set.of(ANY));

  public HttpPolicy {
    origins = Set.copyOf(origins);
    hosts = Set.copyOf(hosts);
  }

  /** What an answer says to a browser; nothing to a page that may not read it. */
  Map<String, String> crossOriginHeaders(HttpHeaders request) {
    var headers = new HashMap<String, String>();
    String origin = request.get(HttpHeaderNames.ORIGIN, "");
    if (origins.contains(ANY)) {
      headers.put("Access-Control-Allow-Origin", ANY);
    } else {
      headers.put("Vary", "Origin"); // or a cache tells one origin what was meant for another
      if (!origins.contains(origin)) {
        return headers;
      }
      headers.put("Access-Control-Allow-Origin", origin);
    }
    headers.put("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE");
    headers.put("Access-Control-Allow-Headers", "accept, content-type, authorization");
    return headers;
  }

  /**
   * Against a page that has its own name lead to this port (DNS rebinding).
   *
   * @param host without port
   */
  boolean allowsHost(String host) {
    return hosts.contains(ANY) || hosts.contains(host);
  }

  /** The name by which the request calls the port. */
  static String hostOf(HttpHeaders request) {
    String host = request.get(HttpHeaderNames.HOST, "");
    int bracket = host.indexOf(']');
    if (host.startsWith("[") && bracket > 0) {
      return host.substring(1, bracket);
    }
    int colon = host.indexOf(':');
    return colon >= 0 ? host.substring(0, colon) : host;
  }
}
