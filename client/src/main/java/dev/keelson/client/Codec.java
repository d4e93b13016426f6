package dev.keelson.client;

import java.util.function.Function;

/**
 * How a type is written to and read from bytes. Stateless; used by many threads at once.
 *
 * @param <T> the type; {@code decode(encode(x))} equals {@code x}
 */
public interface Codec<T> {
  Codec<Bytes> BYTES = of(Function.identity(), Function.identity());
  Codec<String> UTF8 = of(Bytes::of, Bytes::utf8);

  /** Decimal text, as people read it with other tools. */
  Codec<Long> LONG = of(n -> Bytes.of(Long.toString(n)), bytes -> Long.valueOf(bytes.utf8()));

  Bytes encode(T value);

  /**
   * The value; a runtime exception when the bytes are none, which goes to whoever asked for the
   * value.
   */
  T decode(Bytes bytes);

  static <T> Codec<T> of(Function<T, Bytes> encode, Function<Bytes, T> decode) {
    return new Codec<>() {
      @Override
      public Bytes encode(T value) {
        return encode.apply(value);
      }

      @Override
      public T decode(Bytes bytes) {
        return decode.apply(bytes);
      }
    };
  }
}
