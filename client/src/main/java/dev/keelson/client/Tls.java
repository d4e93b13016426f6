package dev.keelson.client;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Whom the client trusts and how it shows who it is. Each method gives a changed copy. */
public final class Tls {
  private final @Nullable Path authorities;
  private final @Nullable Path certificate;
  private final @Nullable Path key;
  private final @Nullable String serverName;

  private Tls(
      @Nullable Path authorities,
      @Nullable Path certificate,
      @Nullable Path key,
      @Nullable String serverName) {
    this.authorities = authorities;
    this.certificate = certificate;
    this.key = key;
    this.serverName = serverName;
  }

  /** Trusts the authorities that the JVM trusts. */
  public static Tls systemTrust() {
    return new Tls(null, null, null, null);
  }

  /** Trusts these authorities: a file of certificates in PEM. */
  public static Tls trusting(Path authorities) {
    return new Tls(authorities, null, null, null);
  }

  /** Shows this certificate (chain) and proves it by this key (PKCS #8), both in PEM. */
  public Tls showing(Path ownCertificate, Path ownKey) {
    return new Tls(authorities, ownCertificate, ownKey, serverName);
  }

  /** Expects this name in the servers' certificates, whatever the endpoints are called. */
  public Tls serverName(String name) {
    return new Tls(authorities, certificate, key, name);
  }

  @Nullable String serverName() {
    return serverName;
  }

  SslContext context() {
    try {
      var builder = GrpcSslContexts.forClient();
      if (authorities != null) {
        builder.trustManager(authorities.toFile());
      }
      if (certificate != null && key != null) {
        builder.keyManager(certificate.toFile(), key.toFile());
      }
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("TLS material cannot be used: " + e.getMessage(), e);
    }
  }
}
