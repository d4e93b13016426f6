package dev.keelson.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.keelson.api.status.EtcdError;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Tokens that say themselves whose they are, until when and as of which users and roles, and are
 * signed (JWT; AU31). No member keeps any. The clock on the wall decides when one ends, as it must
 * on every member alike.
 */
final class SignedTokens implements Tokens {
  private final SignMethod method;
  private final SigningKeys keys;
  private final long ttlSeconds;
  private final LongSupplier epochSeconds;

  SignedTokens(SignMethod method, SigningKeys keys, long ttlSeconds, LongSupplier epochSeconds) {
    this.method = method;
    this.keys = keys;
    this.ttlSeconds = ttlSeconds;
    this.epochSeconds = epochSeconds;
  }

  @Override
  public Verdict judge(String token, AuthState state, long appliedIndex) {
    return callerOf(token).<Verdict>map(Verdict.Known::new).orElseGet(Verdict.Unknown::new);
  }

  private Optional<Caller.User> callerOf(String token) {
    var parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      byte[] signed = (parts[0] + "." + parts[1]).getBytes(UTF_8);
      byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
      // First of all, and by our method alone, whatever the token calls its own.
      if (!method.verify(keys.verifying(), signed, signature)
          || !text(object(parts[0]), "alg").equals(Optional.of(method.text()))) {
        return Optional.empty();
      }
      return caller(object(parts[1]));
    } catch (IllegalArgumentException | JsonParseException e) {
      return Optional.empty();
    }
  }

  private Optional<Caller.User> caller(JsonObject claims) {
    var user = text(claims, "username");
    var revision = number(claims, "revision");
    var end = number(claims, "exp");
    if (user.isEmpty() || revision.isEmpty() || end.isEmpty()) {
      return Optional.empty();
    }
    return epochSeconds.getAsLong() < end.get()
        ? Optional.of(new Caller.User(user.get(), revision.get()))
        : Optional.empty();
  }

  private static JsonObject object(String base64) {
    var json = JsonParser.parseString(new String(Base64.getUrlDecoder().decode(base64), UTF_8));
    if (!json.isJsonObject()) {
      throw new JsonParseException("no object");
    }
    return json.getAsJsonObject();
  }

  private static Optional<String> text(JsonObject object, String name) {
    return Optional.ofNullable(object.get(name))
        .filter(JsonElement::isJsonPrimitive)
        .map(JsonElement::getAsJsonPrimitive)
        .filter(value -> value.isString())
        .map(JsonElement::getAsString);
  }

  private static Optional<Long> number(JsonObject object, String name) {
    return Optional.ofNullable(object.get(name))
        .filter(JsonElement::isJsonPrimitive)
        .map(JsonElement::getAsJsonPrimitive)
        .filter(value -> value.isNumber())
        .map(value -> (long) value.getAsDouble()); // others may write 1.8e9
  }

  @Override
  public Issue issue(String user, long revision) {
    if (keys.signing().isEmpty()) {
      return new Issue.Refused(EtcdError.VERIFY_ONLY);
    }
    var header = new JsonObject();
    header.addProperty("alg", method.text());
    header.addProperty("typ", "JWT");
    var claims = new JsonObject();
    claims.addProperty("username", user);
    claims.addProperty("revision", revision);
    claims.addProperty("exp", epochSeconds.getAsLong() + ttlSeconds);
    var signed =
        base64(header.toString().getBytes(UTF_8)) + "." + base64(claims.toString().getBytes(UTF_8));
    try {
      byte[] signature = method.sign(keys.signing().get(), signed.getBytes(UTF_8));
      return new Issue.Ready(signed + "." + base64(signature));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key that was tried cannot sign", e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public TokenFollower follower() {
    return new TokenFollower.Nobody();
  }
}
