package dev.keelson.client;

import dev.keelson.api.mvccpb.Event;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One key was put or deleted. */
public final class Change {
  /** What happened to the key. */
  public enum Type {
    PUT,
    DELETE
  }

  private final Type type;
  private final KeyValue current;
  private final @Nullable KeyValue previous;

  private Change(Type type, KeyValue current, @Nullable KeyValue previous) {
    this.type = type;
    this.current = current;
    this.previous = previous;
  }

  static Change of(Event event, Namespace namespace) {
    return new Change(
        event.getType() == Event.EventType.DELETE ? Type.DELETE : Type.PUT,
        namespace.inward(event.getKv()),
        event.hasPrevKv() ? namespace.inward(event.getPrevKv()) : null);
  }

  public Type type() {
    return type;
  }

  public boolean isPut() {
    return type == Type.PUT;
  }

  public Bytes key() {
    return current.key();
  }

  /** The revision at which it happened. */
  public long revision() {
    return current.modRevision();
  }

  /** What was put; nothing for a deletion. */
  public Optional<KeyValue> current() {
    return isPut() ? Optional.of(current) : Optional.empty();
  }

  /**
   * What the key was before, if {@link WatchSpec#withPrevious()} asked, there was such a key, and
   * history still has it.
   */
  public Optional<KeyValue> previous() {
    return Optional.ofNullable(previous);
  }

  @Override
  public String toString() {
    return type + " " + current;
  }
}
