package dev.keelson.server.auth;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Puts older forms of keys into the two that the JDK reads: what they hold is part of those, behind
 * a name of its algorithm.
 */
final class Der {
  /** rsaEncryption, with parameters that are none. */
  static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** id-ecPublicKey, without its curve. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int BITS = 0x03;
  private static final int PARAMETERS = 0xa0;
  private static final byte[] ZERO = {2, 1, 0};

  private Der() {}

  /** PKCS #8 around a key of PKCS #1 or SEC 1. */
  static byte[] asPkcs8(byte[] algorithm, byte[] key) {
    return tagged(SEQUENCE, ZERO, algorithm, tagged(OCTETS, key));
  }

  /** X.509's form of an RSA key of PKCS #1. */
  static byte[] asSubjectKey(byte[] key) {
    return tagged(SEQUENCE, RSA, tagged(BITS, new byte[1], key));
  }

  /**
   * The algorithm of a key of SEC 1, which names its curve itself.
   *
   * @throws IllegalArgumentException if it does not
   */
  static byte[] ecOf(byte[] key) {
    int at = contentOf(key, 0);
    at = endOf(key, at); // the version
    at = endOf(key, at); // the secret
    if (at >= key.length || (key[at] & 0xff) != PARAMETERS) {
      throw new IllegalArgumentException("it does not name its curve");
    }
    return tagged(SEQUENCE, EC, Arrays.copyOfRange(key, contentOf(key, at), endOf(key, at)));
  }

  private static byte[] tagged(int tag, byte[]... parts) {
    var content = new ByteArrayOutputStream();
    for (var part : parts) {
      content.writeBytes(part);
    }
    var all = new ByteArrayOutputStream();
    all.write(tag);
    int length = content.size();
    if (length >= 0x80) {
      int octets = length > 0xff ? 2 : 1;
      all.write(0x80 | octets);
      if (octets == 2) {
        all.write(length >>> 8);
      }
    }
    all.write(length);
    all.writeBytes(content.toByteArray());
    return all.toByteArray();
  }

  private static int contentOf(byte[] der, int at) {
    int first = byteAt(der, at + 1);
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private static int endOf(byte[] der, int at) {
    int first = byteAt(der, at + 1);
    int content = contentOf(der, at);
    int length = first;
    if (first >= 0x80) {
      length = 0;
      for (int i = at + 2; i < content; i++) {
        length = length << 8 | byteAt(der, i);
      }
    }
    int end = content + length;
    if (length < 0 || end > der.length) {
      throw new IllegalArgumentException("it is cut short");
    }
    return end;
  }

  private static int byteAt(byte[] der, int at) {
    if (at >= der.length) {
      throw new IllegalArgumentException("it is cut short");
    }
    return der[at] & 0xff;
  }
}
