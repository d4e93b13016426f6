package dev.keelson.server.watch;

import com.google.protobuf.CodedOutputStream;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.server.apply.WireBytes;
import dev.keelson.server.apply.WireKeyValues;
import dev.keelson.storage.mvcc.AppliedChange;
import dev.keelson.storage.mvcc.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change as watchers are told of it. It is encoded once, on the thread that found it, and shared
 * by every stream; other threads see it once it is delivered to them.
 */
public final class WatchEvent {
  private final AppliedChange applied;
  private final PreviousValues previousValues;
  private byte @Nullable [] plain;
  private byte @Nullable [] withPrevious;

  /** Reads what a change has replaced. */
  @FunctionalInterface
  public interface PreviousValues {
    /** The key at the revision before the change; empty if it was not there, or is compacted. */
    Optional<dev.keelson.storage.mvcc.KeyValue> before(Change change);
  }

  WatchEvent(AppliedChange applied, PreviousValues previousValues) {
    this.applied = applied;
    this.previousValues = previousValues;
  }

  public Change change() {
    return applied.change();
  }

  long revision() {
    return applied.change().revision().main();
  }

  boolean isWantedBy(WatchSpec.Options options) {
    return applied.change() instanceof Change.Put ? options.puts() : options.deletes();
  }

  /** The event as a field of a WatchResponse, tag and length included. */
  byte[] wire(boolean previous) {
    var known = previous ? withPrevious : plain;
    if (known != null) {
      return known;
    }
    var encoded = encode(previous);
    if (previous) {
      withPrevious = encoded;
    } else {
      plain = encoded;
    }
    return encoded;
  }

  /** As {@link #wire}, for who got the event delivered: it was encoded before. */
  public byte[] encoded(boolean previous) {
    var known = previous ? withPrevious : plain;
    if (known == null) {
      throw new IllegalStateException("an event was delivered before it was encoded");
    }
    return known;
  }

  private byte[] encode(boolean previous) {
    var event = Event.newBuilder();
    switch (applied.change()) {
      case Change.Put(_, var kv) -> {
        event.setKv(WireKeyValues.of(kv));
        if (previous && kv.createRevision() != kv.modRevision()) {
          before().ifPresent(before -> event.setPrevKv(WireKeyValues.of(before)));
        }
      }
      case Change.Delete(var revision, var key) -> {
        event.setType(Event.EventType.DELETE);
        // W9: nothing but the key and the deleting revision.
        event.setKv(
            KeyValue.newBuilder().setKey(WireBytes.of(key)).setModRevision(revision.main()));
        if (previous) {
          before().ifPresent(before -> event.setPrevKv(WireKeyValues.of(before)));
        }
      }
    }
    return asField(event.build());
  }

  /** W10: the state at the revision before, whatever the same transaction did in between. */
  private Optional<dev.keelson.storage.mvcc.KeyValue> before() {
    return switch (applied.previous()) {
      case AppliedChange.Previous.Known(var kv) -> Optional.of(kv);
      case AppliedChange.Previous.Absent _ -> Optional.empty();
      case AppliedChange.Previous.Unread _ -> previousValues.before(applied.change());
    };
  }

  private static byte[] asField(Event event) {
    byte[] field =
        new byte[CodedOutputStream.computeMessageSize(WatchResponse.EVENTS_FIELD_NUMBER, event)];
    try {
      var out = CodedOutputStream.newInstance(field);
      out.writeMessage(WatchResponse.EVENTS_FIELD_NUMBER, event);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return field;
  }
}
