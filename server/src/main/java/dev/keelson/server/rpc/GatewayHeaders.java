package dev.keelson.server.rpc;

import io.grpc.Metadata;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.OptionalLong;

/** What of a request's headers its call gets to see (GW10). */
final class GatewayHeaders {
  private static final String METADATA_PREFIX = "grpc-metadata-";
  private static final int MAX_TIMEOUT_DIGITS = 8;

  private GatewayHeaders() {}

  static Metadata metadata(HttpHeaders headers) {
    var metadata = new Metadata();
    for (var header : headers) {
      var name = header.getKey().toLowerCase(Locale.ROOT);
      if (name.equals("authorization")) {
        put(metadata, name, header.getValue());
      } else if (name.startsWith(METADATA_PREFIX)) {
        put(metadata, name.substring(METADATA_PREFIX.length()), header.getValue());
      }
    }
    // Whose certificate the connection came with says nothing about who calls (GW11).
    put(metadata, "grpcgateway-accept", headers.get("accept", "*/*"));
    return metadata;
  }

  private static void put(Metadata metadata, String name, String value) {
    if (name.isEmpty() || name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      return;
    }
    try {
      metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    } catch (IllegalArgumentException e) {
      return; // no name that gRPC could carry, so no call could ask for it
    }
  }

  /** Grpc-Timeout, such as 5S; empty if there is none, or none that can be read. */
  static OptionalLong timeoutMillis(HttpHeaders headers) {
    var text = headers.get("grpc-timeout", "");
    int digits = text.length() - 1;
    if (digits < 1
        || digits > MAX_TIMEOUT_DIGITS
        || !text.chars().limit(digits).allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalLong.empty();
    }
    long count = Long.parseLong(text.substring(0, digits));
    return switch (text.charAt(digits)) {
      case 'H' -> OptionalLong.of(count * 3_600_000);
      case 'M' -> OptionalLong.of(count * 60_000);
      case 'S' -> OptionalLong.of(count * 1_000);
      case 'm' -> OptionalLong.of(count);
      case 'u' -> OptionalLong.of(count / 1_000);
      case 'n' -> OptionalLong.of(count / 1_000_000);
      default -> OptionalLong.empty();
    };
  }
}
