package dev.keelson.server.auth;

import dev.keelson.raft.Bytes;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of signed tokens: one to verify with, and one to sign with, unless the member may only
 * verify (AU32). Empty stands for none.
 */
record SigningKeys(Optional<Key> signing, Key verifying) {
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
  private static final byte[] PROBE = "probe".getBytes(StandardCharsets.US_ASCII);

  /** Where a secret is the key, byte for byte. */
  static SigningKeys ofSecret(SignMethod method, byte[] secret)
      throws TokenSetting.InvalidException {
    if (secret.length == 0) {
      throw new TokenSetting.InvalidException("priv-key is empty");
    }
    var key = new SecretKeySpec(secret, method.algorithm());
    return new SigningKeys(Optional.of(key), key);
  }

  /** Of the texts of key files, of which one may be missing. */
  static SigningKeys ofPair(SignMethod method, Optional<byte[]> priv, Optional<byte[]> pub)
      throws TokenSetting.InvalidException {
    try {
      var signing = priv.isPresent() ? Optional.of(privateKey(method, priv.get())) : NONE;
      var verifying =
          pub.isPresent()
              ? publicKey(method, pub.get())
              : derived(
                  signing.orElseThrow(() -> invalid("neither priv-key nor pub-key is given")));
      requireCurve(method, verifying);
      if (signing.isPresent()
          && !method.verify(verifying, PROBE, method.sign(signing.get(), PROBE))) {
        throw invalid("pub-key does not belong to priv-key");
      }
      return new SigningKeys(signing.map(Key.class::cast), verifying);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw invalid("a key cannot be used for " + method.text() + ": " + e.getMessage());
    }
  }

  private static final Optional<PrivateKey> NONE = Optional.empty();

  private static TokenSetting.InvalidException invalid(String message) {
    return new TokenSetting.InvalidException(message);
  }

  private static PrivateKey privateKey(SignMethod method, byte[] text)
      throws GeneralSecurityException, TokenSetting.InvalidException {
    var block = block(text, "priv-key");
    byte[] encoded =
        switch (block.label) {
          case "PRIVATE KEY" -> block.content();
          case "RSA PRIVATE KEY" -> Der.asPkcs8(Der.RSA, block.content());
          case "EC PRIVATE KEY" -> Der.asPkcs8(Der.ecOf(block.content()), block.content());
          default -> throw invalid("priv-key holds a " + block.label);
        };
    return KeyFactory.getInstance(method.family().keys())
        .generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  private static PublicKey publicKey(SignMethod method, byte[] text)
      throws GeneralSecurityException, TokenSetting.InvalidException {
    var block = block(text, "pub-key");
    var factory = KeyFactory.getInstance(method.family().keys());
    return switch (block.label) {
      case "PUBLIC KEY" -> factory.generatePublic(new X509EncodedKeySpec(block.content()));
      case "RSA PUBLIC KEY" ->
          factory.generatePublic(new X509EncodedKeySpec(Der.asSubjectKey(block.content())));
      case "CERTIFICATE" ->
          (PublicKey)
              factory.translateKey(
                  CertificateFactory.getInstance("X.509")
                      .generateCertificate(new ByteArrayInputStream(block.content()))
                      .getPublicKey());
      default -> throw invalid("pub-key holds a " + block.label);
    };
  }

  /** Only an RSA key holds what its public half is made of. */
  private static PublicKey derived(PrivateKey key)
      throws GeneralSecurityException, TokenSetting.InvalidException {
    if (key instanceof RSAPrivateCrtKey rsa) {
      return KeyFactory.getInstance("RSA")
          .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
    }
    throw invalid("pub-key must be given beside a priv-key of this kind");
  }

  private static void requireCurve(SignMethod method, PublicKey key)
      throws TokenSetting.InvalidException {
    if (key instanceof ECKey ec
        && ec.getParams().getCurve().getField().getFieldSize() != method.bits()) {
      throw invalid("the key's curve is not that of " + method.text());
    }
  }

  private record Block(String label, Bytes bytes) {
    byte[] content() {
      return bytes.toArray();
    }
  }

  private static Block block(byte[] text, String option) throws TokenSetting.InvalidException {
    var matcher = PEM.matcher(new String(text, StandardCharsets.ISO_8859_1));
    while (matcher.find()) {
      if (!matcher.group(1).equals("EC PARAMETERS")) {
        var content = Base64.getMimeDecoder().decode(matcher.group(2));
        return new Block(matcher.group(1), Bytes.wrap(content));
      }
    }
    throw invalid(option + " holds no key in PEM form");
  }
}
