package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.Codec;
import dev.keelson.client.KeelsonClient;

/**
 * A number that many count up and down; 0 until it is set. Kept as decimal text.
 *
 * <p>An addition that fails with {@link dev.keelson.client.IndefiniteException} may have been made,
 * once: who must not count twice reads, or counts something that can be told apart. Under
 * contention additions are tried again until they come through. Thread-safe.
 */
public final class AtomicCounter {
  private final KeelsonClient client;
  private final Bytes key;

  public AtomicCounter(KeelsonClient client, String name) {
    this.client = client;
    this.key = Bytes.of(name);
  }

  public long get() {
    return client.kv().get(key).map(kv -> Codec.LONG.decode(kv.value())).orElse(0L);
  }

  /**
   * Adds, and gives the sum.
   *
   * @throws ArithmeticException when the sum is none; nothing is changed
   */
  public long add(long delta) {
    Bytes sum =
        client
            .kv()
            .update(
                key,
                before ->
                    Codec.LONG.encode(
                        Math.addExact(before.map(Codec.LONG::decode).orElse(0L), delta)));
    return Codec.LONG.decode(sum);
  }
}
