package dev.keelson.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.api.status.EtcdError;
import dev.keelson.server.auth.Tokens.Issue;
import dev.keelson.server.auth.Tokens.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that are signed, by every method there is (AU31, AU32). */
class SignedTokensTest {
  private static final Verdict UNKNOWN = new Verdict.Unknown();

  @TempDir Path directory;
  private final AtomicLong now = new AtomicLong(1_800_000_000);

  private Tokens open(String text) throws TokenSetting.InvalidException {
    var setting = new TokenSetting(text, 300, SignedTokensTest::seconds);
    return setting.open(System::nanoTime, now::get, new TestRandom(1));
  }

  private static OptionalLong seconds(String text) {
    return text.endsWith("m")
        ? OptionalLong.of(60_000_000_000L * Long.parseLong(text.substring(0, text.length() - 1)))
        : OptionalLong.empty();
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content).toString();
  }

  private String pem(String name, String label, byte[] content) throws IOException {
    return file(
        name,
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(label, Base64.getMimeEncoder().encodeToString(content), label));
  }

  private String privateKey(String name, Key key) throws IOException {
    return pem(name, "PRIVATE KEY", key.getEncoded());
  }

  private String publicKey(String name, Key key) throws IOException {
    return pem(name, "PUBLIC KEY", key.getEncoded());
  }

  private static KeyPair pair(String method) throws GeneralSecurityException {
    return switch (method.substring(0, 2)) {
      case "RS", "PS" -> generated("RSA", 2048);
      case "ES" -> {
        var generator = KeyPairGenerator.getInstance("EC");
        var bits = method.endsWith("512") ? "521" : method.substring(2);
        generator.initialize(new ECGenParameterSpec("secp" + bits + "r1"));
        yield generator.generateKeyPair();
      }
      default -> generated("Ed25519", 255);
    };
  }

  private static KeyPair generated(String algorithm, int bits) throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits);
    return generator.generateKeyPair();
  }

  private String options(String method, KeyPair pair) throws IOException {
    return "jwt,sign-method=%s,priv-key=%s,pub-key=%s"
        .formatted(
            method,
            privateKey("key.pem", pair.getPrivate()),
            publicKey("pub.pem", pair.getPublic()));
  }

  private String secret(String method, String secret) throws IOException {
    return "jwt,sign-method=" + method + ",priv-key=" + file(method + ".key", secret);
  }

  private static String token(Tokens tokens) {
    return tokens.issue("ann", 7) instanceof Issue.Ready(var token) ? token : "none";
  }

  private static Verdict judge(Tokens tokens, String token) {
    return tokens.judge(token, AuthState.INITIAL, 0);
  }

  private static Verdict ann() {
    return new Verdict.Known(new Caller.User("ann", 7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
  void whatAPairHasSignedIsKnownByIt(String method) throws Exception {
    var tokens = open(options(method, pair(method)));
    var token = token(tokens);
    assertThat(judge(tokens, token)).isEqualTo(ann());
    var other = open(options(method, pair(method)));
    assertThat(judge(other, token)).isEqualTo(UNKNOWN);
  }

  @Test
  void edwardsCurvesSignToo() throws Exception {
    var tokens = open(options("EdDSA", pair("EdDSA")));
    assertThat(judge(tokens, token(tokens))).isEqualTo(ann());
  }

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "HS384", "HS512"})
  void secretsSignToo(String method) throws Exception {
    var tokens = open(secret(method, "secret\n"));
    assertThat(judge(tokens, token(tokens))).isEqualTo(ann());
    assertThat(judge(open(secret(method, "secret")), token(tokens)))
        .as("the line's end is part of the secret")
        .isEqualTo(UNKNOWN);
  }

  @Test
  @Tag("AU31")
  void aTokenEndsByTheClock() throws Exception {
    var tokens = open(secret("HS256", "secret") + ",ttl=2m");
    var token = token(tokens);
    assertThat(claims(token)).contains("\"exp\":" + (now.get() + 120));
    now.addAndGet(119);
    assertThat(judge(tokens, token)).isEqualTo(ann());
    now.addAndGet(1);
    assertThat(judge(tokens, token)).isEqualTo(UNKNOWN);
  }

  private static String claims(String token) {
    return new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), UTF_8);
  }

  private static String encoded(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }

  @Test
  @Tag("AU31")
  void whatIsNotSignedAsItMustBeIsUnknown() throws Exception {
    var tokens = open(secret("HS256", "secret"));
    var token = token(tokens);
    var parts = token.split("\\.", -1);
    var root = encoded("{\"username\":\"root\",\"revision\":7,\"exp\":9999999999}");
    for (var wrong :
        new String[] {
          "",
          "..",
          "a.b.c",
          token + ".",
          token.substring(0, token.length() - 2),
          encoded("{\"alg\":\"none\"}") + "." + parts[1] + ".",
          encoded("{\"alg\":\"HS512\"}") + "." + parts[1] + "." + parts[2],
          parts[0] + "." + root + "." + parts[2],
          parts[0] + "." + root + ".",
          "x".repeat(60_000),
        }) {
      assertThat(judge(tokens, wrong)).as(wrong).isEqualTo(UNKNOWN);
    }
    assertThat(judge(open(secret("HS512", "secret")), token)).isEqualTo(UNKNOWN);
  }

  /** A public key is no secret: whoever knows it must not sign with it. */
  @Test
  void aPublicKeyIsNotTakenForASecret() throws Exception {
    var pair = pair("RS256");
    var tokens = open(options("RS256", pair));
    var forged =
        open("jwt,sign-method=HS256,priv-key=" + publicKey("as-secret.pem", pair.getPublic()));
    assertThat(judge(tokens, token(forged))).isEqualTo(UNKNOWN);
  }

  @Test
  @Tag("AU32")
  void whoHasThePublicKeyOnlyVerifies() throws Exception {
    var pair = pair("ES256");
    var signer = open(options("ES256", pair));
    var verifier = open("jwt,sign-method=ES256,pub-key=" + publicKey("only.pem", pair.getPublic()));
    assertThat(judge(verifier, token(signer))).isEqualTo(ann());
    assertThat(verifier.issue("ann", 7)).isEqualTo(new Issue.Refused(EtcdError.VERIFY_ONLY));
  }

  @Test
  @Tag("AU32")
  void olderFormsOfKeysAreRead() throws Exception {
    var rsa = pair("RS256");
    byte[] pkcs8 = rsa.getPrivate().getEncoded();
    // Of a 2048-bit key: 26 octets that name the algorithm stand before it, and 24 of a public one.
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
    byte[] spki = rsa.getPublic().getEncoded();
    byte[] publicPkcs1 = Arrays.copyOfRange(spki, 24, spki.length);
    var tokens =
        open(
            "jwt,sign-method=RS256,priv-key=%s,pub-key=%s"
                .formatted(
                    pem("old.pem", "RSA PRIVATE KEY", pkcs1),
                    pem("old.pub", "RSA PUBLIC KEY", publicPkcs1)));
    assertThat(judge(tokens, token(tokens))).isEqualTo(ann());
    assertThat(((RSAPrivateKey) rsa.getPrivate()).getModulus().bitLength()).isEqualTo(2048);
    var alone = open("jwt,sign-method=PS256,priv-key=" + privateKey("alone.pem", rsa.getPrivate()));
    assertThat(judge(alone, token(alone))).as("its public half is in it").isEqualTo(ann());
  }

  /** As {@code openssl ecparam -genkey} writes them; made for this test, and of no other use. */
  @Test
  @Tag("AU32")
  void keysOfOpensslAreRead() throws Exception {
    var priv =
        file(
            "ec.pem",
            """
            -----BEGIN EC PARAMETERS-----
            BggqhkjOPQMBBw==
            -----END EC PARAMETERS-----
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIO3dI6BwOFX5CKiHxXJLafLr8BiJ3VTPQ6CwO/w4zdBooAoGCCqGSM49
            AwEHoUQDQgAEEdyahmq1Pem3sJfYCd61S2/40YkJkIiZbYeE5DAg8qDm/QjRYRwR
            +X+xlDAo7Ylan/F1cF53KWtPie19oilxrQ==
            -----END EC PRIVATE KEY-----
            """);
    var pub =
        file(
            "ec.pub",
            """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEdyahmq1Pem3sJfYCd61S2/40YkJ
            kIiZbYeE5DAg8qDm/QjRYRwR+X+xlDAo7Ylan/F1cF53KWtPie19oilxrQ==
            -----END PUBLIC KEY-----
            """);
    var tokens = open("jwt,sign-method=ES256,priv-key=" + priv + ",pub-key=" + pub);
    assertThat(judge(tokens, token(tokens))).isEqualTo(ann());
  }

  @Test
  @Tag("AU32")
  void whatCannotBeUsedIsRefused() throws Exception {
    var rsa = pair("RS256");
    var ec = pair("ES256");
    var rsaKey = privateKey("rsa.pem", rsa.getPrivate());
    var ecKey = privateKey("ec.pem", ec.getPrivate());
    var ecPublic = publicKey("ec.pub", ec.getPublic());
    var otherPublic = publicKey("other.pub", pair("RS256").getPublic());
    for (var wrong :
        new String[] {
          "jwt",
          "jwt,foo",
          "jwt,sign-method=XX1,priv-key=" + rsaKey,
          "jwt,sign-method=HS256",
          "jwt,sign-method=RS256",
          "jwt,sign-method=RS256,priv-key=/nowhere",
          "jwt,sign-method=RS256,priv-key=" + ecKey,
          "jwt,sign-method=RS256,priv-key=" + rsaKey + ",pub-key=" + otherPublic,
          "jwt,sign-method=ES256,priv-key=" + ecKey,
          "jwt,sign-method=ES384,priv-key=" + ecKey + ",pub-key=" + ecPublic,
          "jwt,sign-method=RS256,sign-method=RS256,priv-key=" + rsaKey,
          "jwt,sign-method=RS256,ttl=soon,priv-key=" + rsaKey,
          "jwt,sign-method=RS256,priv-key=" + file("no.pem", "no key"),
          "jwt,sign-method=HS256,priv-key=" + file("empty", ""),
          "opaque",
        }) {
      assertThatThrownBy(() -> open(wrong))
          .as(wrong)
          .isInstanceOf(TokenSetting.InvalidException.class);
    }
    open("jwt,sign-method=RS256,foo=bar,priv-key=" + rsaKey);
    assertThat(open("").issue("ann", 1)).isEqualTo(new Issue.Refused(EtcdError.AUTH_FAILED));
    assertThat(open("simple,whatever")).isInstanceOf(SimpleTokens.class);
  }
}
