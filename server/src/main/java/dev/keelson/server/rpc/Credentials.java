package dev.keelson.server.rpc;

import io.grpc.Metadata;
import java.util.Optional;

/**
 * By what a client says who it is: the token among a call's metadata (AU20). Read only when
 * somebody asks, which nobody does while authentication is off.
 */
@FunctionalInterface
public interface Credentials {
  /** Of calls that come without any. */
  Credentials NONE = Optional::empty;

  /** The first of its metadata key; perhaps empty, which is no right one. */
  Optional<String> token();

  /** What a call brought with it. */
  record OfCall(Metadata headers) implements Credentials {
    private static final Metadata.Key<String> TOKEN =
        Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> AUTHORIZATION =
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String SCHEME = "Bearer ";

    @Override
    public Optional<String> token() {
      return first(TOKEN).or(() -> first(AUTHORIZATION)).map(OfCall::withoutScheme);
    }

    private Optional<String> first(Metadata.Key<String> key) {
      var values = headers.getAll(key);
      return values == null ? Optional.empty() : Optional.of(values.iterator().next());
    }

    private static String withoutScheme(String value) {
      return value.startsWith(SCHEME) ? value.substring(SCHEME.length()) : value;
    }
  }
}
