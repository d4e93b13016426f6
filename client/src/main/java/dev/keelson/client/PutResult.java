package dev.keelson.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a {@link Put} answers. */
public final class PutResult {
  private final long revision;
  private final @Nullable KeyValue previous;

  PutResult(long revision, @Nullable KeyValue previous) {
    this.revision = revision;
    this.previous = previous;
  }

  /** The revision at which the key has the value. */
  public long revision() {
    return revision;
  }

  /** What the key held before, if there was such a key and {@link Put#withPrevious()} asked. */
  public Optional<KeyValue> previous() {
    return Optional.ofNullable(previous);
  }
}
