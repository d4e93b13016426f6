package dev.keelson.server.auth;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;

/** How a signed token is signed (AU32), by the JDK's own means. */
enum SignMethod {
  HS256("HS256", Family.HMAC, "HmacSHA256", 256),
  HS384("HS384", Family.HMAC, "HmacSHA384", 384),
  HS512("HS512", Family.HMAC, "HmacSHA512", 512),
  RS256("RS256", Family.RSA, "SHA256withRSA", 256),
  RS384("RS384", Family.RSA, "SHA384withRSA", 384),
  RS512("RS512", Family.RSA, "SHA512withRSA", 512),
  PS256("PS256", Family.PSS, "RSASSA-PSS", 256),
  PS384("PS384", Family.PSS, "RSASSA-PSS", 384),
  PS512("PS512", Family.PSS, "RSASSA-PSS", 512),
  ES256("ES256", Family.EC, "SHA256withECDSAinP1363Format", 256),
  ES384("ES384", Family.EC, "SHA384withECDSAinP1363Format", 384),
  ES512("ES512", Family.EC, "SHA512withECDSAinP1363Format", 521),
  EDDSA("EdDSA", Family.ED25519, "Ed25519", 256);

  /** What keys it takes. */
  enum Family {
    HMAC(""),
    RSA("RSA"),
    PSS("RSA"),
    EC("EC"),
    ED25519("Ed25519");

    private final String keys;

    Family(String keys) {
      this.keys = keys;
    }

    /** The JDK's name for such keys. */
    String keys() {
      return keys;
    }
  }

  private final String text;
  private final Family family;
  private final String algorithm;
  private final int bits;

  /**
   * @param bits of the digest, or of the curve where there is one
   */
  SignMethod(String text, Family family, String algorithm, int bits) {
    this.text = text;
    this.family = family;
    this.algorithm = algorithm;
    this.bits = bits;
  }

  static Optional<SignMethod> named(String text) {
    return Arrays.stream(values()).filter(method -> method.text.equals(text)).findFirst();
  }

  /** As the header of a token names it. */
  String text() {
    return text;
  }

  Family family() {
    return family;
  }

  int bits() {
    return bits;
  }

  /** The name under which the JDK knows it. */
  String algorithm() {
    return algorithm;
  }

  byte[] sign(Key key, byte[] data) throws GeneralSecurityException {
    if (family == Family.HMAC) {
      return mac(key, data);
    }
    var signature = signature();
    signature.initSign((PrivateKey) key);
    signature.update(data);
    return signature.sign();
  }

  /** False also for a signature that is none. */
  boolean verify(Key key, byte[] data, byte[] signed) {
    try {
      if (family == Family.HMAC) {
        return MessageDigest.isEqual(mac(key, data), signed);
      }
      var signature = signature();
      signature.initVerify((PublicKey) key);
      signature.update(data);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private byte[] mac(Key key, byte[] data) throws GeneralSecurityException {
    var mac = Mac.getInstance(algorithm);
    mac.init(key);
    return mac.doFinal(data);
  }

  private Signature signature() throws GeneralSecurityException {
    var signature = Signature.getInstance(algorithm);
    if (family == Family.PSS) {
      String digest = "SHA-" + bits;
      var mask = new MGF1ParameterSpec(digest);
      signature.setParameter(new PSSParameterSpec(digest, "MGF1", mask, bits / Byte.SIZE, 1));
    }
    return signature;
  }
}
