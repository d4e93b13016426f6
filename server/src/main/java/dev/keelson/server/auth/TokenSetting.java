package dev.keelson.server.auth;

import dev.keelson.raft.RandomSource;
import dev.keelson.server.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What kind of tokens a member hands out (AU29 to AU33).
 *
 * @param text the flag's: a kind and its options
 * @param simpleTtlSeconds how long a simple token lives without use
 * @param durations reads how long a signed one lives, in nanoseconds
 */
public record TokenSetting(
    String text, long simpleTtlSeconds, Function<String, OptionalLong> durations) {
  private static final Logger log = LoggerFactory.getLogger(TokenSetting.class);
  private static final Set<String> OPTIONS = Set.of("sign-method", "priv-key", "pub-key", "ttl");
  private static final String DEFAULT_TTL = "5m";

  /** Says in one line what is wrong with the setting. */
  public static final class InvalidException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidException(String message) {
      super(message);
    }
  }

  /**
   * Makes ready to hand out tokens.
   *
   * @throws InvalidException if the setting names no kind of token, or one that cannot be made
   */
  public Tokens open(Clock clock, LongSupplier epochSeconds, RandomSource random)
      throws InvalidException {
    var parts = text.split(",", -1);
    return switch (parts[0]) {
      case "" -> new NoTokens();
      case "simple" -> new SimpleTokens(TimeUnit.SECONDS.toNanos(simpleTtlSeconds), clock, random);
      case "jwt" -> signed(options(parts), epochSeconds);
      default -> throw new InvalidException("unknown kind of token '" + parts[0] + "'");
    };
  }

  private static Map<String, String> options(String[] parts) throws InvalidException {
    var options = new LinkedHashMap<String, String>();
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals < 0) {
        throw new InvalidException("option '" + parts[i] + "' has no value");
      }
      var name = parts[i].substring(0, equals);
      if (options.put(name, parts[i].substring(equals + 1)) != null) {
        throw new InvalidException("option '" + name + "' is there twice");
      }
      if (!OPTIONS.contains(name)) {
        log.warn("--auth-token: unknown option {}", SafeName.of(name));
      }
    }
    return options;
  }

  private Tokens signed(Map<String, String> options, LongSupplier epochSeconds)
      throws InvalidException {
    var name = options.getOrDefault("sign-method", "");
    if (name.isEmpty()) {
      throw new InvalidException("sign-method is missing");
    }
    var method =
        SignMethod.named(name)
            .orElseThrow(() -> new InvalidException("unknown sign-method '" + name + "'"));
    var ttl = options.getOrDefault("ttl", DEFAULT_TTL);
    long nanos = durations.apply(ttl).orElse(0);
    if (nanos <= 0) {
      throw new InvalidException("ttl '" + ttl + "' is no time such as 10m");
    }
    return new SignedTokens(
        method,
        keys(method, options),
        Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos)),
        epochSeconds);
  }

  private static SigningKeys keys(SignMethod method, Map<String, String> options)
      throws InvalidException {
    var priv = file(options, "priv-key");
    if (method.family() == SignMethod.Family.HMAC) {
      return SigningKeys.ofSecret(
          method, priv.orElseThrow(() -> new InvalidException("priv-key is missing")));
    }
    return SigningKeys.ofPair(method, priv, file(options, "pub-key"));
  }

  private static Optional<byte[]> file(Map<String, String> options, String name)
      throws InvalidException {
    var path = options.getOrDefault(name, "");
    if (path.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readAllBytes(Path.of(path)));
    } catch (IOException | InvalidPathException e) {
      throw new InvalidException(name + " cannot be read: " + e);
    }
  }
}
