package dev.keelson.client;

import java.util.List;

/**
 * Where the members are. Asked when the client is built, then again and again while it lives; may
 * block. An answer without endpoints, or a runtime exception, leaves the endpoints as they were.
 */
@FunctionalInterface
public interface EndpointSource {
  /** Each as {@code host:port} or as a URL of scheme {@code http} or {@code https}. */
  List<String> endpoints();

  static EndpointSource of(List<String> endpoints) {
    List<String> fixed = List.copyOf(endpoints);
    return () -> fixed;
  }

  /**
   * The SRV records {@code _etcd-client._tcp.DOMAIN}, or {@code _etcd-client-ssl._tcp.DOMAIN}, from
   * the DNS servers that the machine uses.
   */
  static EndpointSource dnsSrv(String domain, boolean tls) {
    return new DnsSrv("dns:", domain, tls);
  }
}
