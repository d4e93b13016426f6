package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchCreateRequest.FilterType;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * What one client knows of its keys, put together from watches that follow each other. Its stream
 * guards it.
 *
 * @see SoakStream
 */
final class SoakWatcher {
  /** Nothing was told of the revisions from here up to before there: they were compacted away. */
  private record Hole(long from, long to) {}

  /** From inclusive, to exclusive; a single key where it is empty. */
  record Wish(String from, String to, boolean previous, boolean puts, boolean deletes) {
    boolean wants(SoakHistory.Change change) {
      boolean inRange =
          to.isEmpty()
              ? change.key().equals(from)
              : change.key().compareTo(from) >= 0 && change.key().compareTo(to) < 0;
      return inRange && (change.put() ? puts : deletes);
    }
  }

  private final Wish wish;
  private final long start;
  private final List<SoakHistory.Change> seen = new ArrayList<>();
  private final List<Hole> holes = new ArrayList<>();
  private long next;

  SoakWatcher(Wish wish, long start) {
    this.wish = wish;
    this.start = start;
    this.next = start;
  }

  Wish wish() {
    return wish;
  }

  WatchRequest createRequest(long id) {
    var create =
        WatchCreateRequest.newBuilder()
            .setWatchId(id)
            .setKey(ByteString.copyFromUtf8(wish.from()))
            .setRangeEnd(ByteString.copyFromUtf8(wish.to()))
            .setStartRevision(next)
            .setPrevKv(wish.previous());
    if (!wish.puts()) {
      create.addFilters(FilterType.NOPUT);
    }
    if (!wish.deletes()) {
      create.addFilters(FilterType.NODELETE);
    }
    return WatchRequest.newBuilder().setCreateRequest(create).build();
  }

  void events(WatchResponse response) {
    long last = next - 1;
    for (var event : response.getEventsList()) {
      long revision = event.getKv().getModRevision();
      if (revision < next || revision < last) {
        throw new AssertionError(
            "%s was told of %d although it was to hear of %d next"
                .formatted(wish, revision, Math.max(next, last)));
      }
      last = revision;
      seen.add(change(event));
    }
    next = last + 1; // no revision is split over two answers (W12)
  }

  private static SoakHistory.Change change(Event event) {
    var kv = event.getKv();
    var before =
        event.hasPrevKv()
            ? new SoakHistory.Before(
                event.getPrevKv().getModRevision(), event.getPrevKv().getValue())
            : SoakHistory.Before.NOTHING;
    return new SoakHistory.Change(
        kv.getModRevision(),
        event.getType() == Event.EventType.PUT,
        kv.getKey().toStringUtf8(),
        kv.getValue(),
        before);
  }

  /** The server says that all up to this was told (W26). */
  void bookmark(long revision) {
    next = Math.max(next, revision + 1);
  }

  void compacted(long revision) {
    if (revision <= next) {
      throw new AssertionError(
          "%s ended by a compaction at %d although it needs %d".formatted(wish, revision, next));
    }
    holes.add(new Hole(next, revision));
    next = revision;
  }

  int holes() {
    return holes.size();
  }

  int seen() {
    return seen.size();
  }

  private boolean isDue(SoakHistory.Change change) {
    return wish.wants(change)
        && change.revision() >= start
        && holes.stream()
            .noneMatch(hole -> change.revision() >= hole.from() && change.revision() < hole.to());
  }

  int due(List<SoakHistory.Change> history) {
    return (int) history.stream().filter(this::isDue).count();
  }

  /**
   * Compares what was seen with what happened.
   *
   * @param compacted a compaction may have taken away what was before a change up to here (W10)
   */
  void assertComplete(List<SoakHistory.Change> history, long compacted) {
    var due = history.stream().filter(this::isDue).toList();
    assertThat(seen.stream().map(SoakWatcher::bare).toList())
        .as("what %s has seen, but for %s", wish, holes)
        .isEqualTo(due.stream().map(SoakWatcher::bare).toList());
    for (int i = 0; i < due.size(); i++) {
      var before = seen.get(i).before();
      boolean mayBeGone = due.get(i).revision() - 1 < compacted;
      boolean isAbsent = before.equals(SoakHistory.Before.NOTHING);
      if (!(isAbsent && (mayBeGone || !wish.previous()))) {
        assertThat(wish.previous()).isTrue();
        assertThat(before).as("before %s", due.get(i)).isEqualTo(due.get(i).before());
      }
    }
  }

  private static SoakHistory.Change bare(SoakHistory.Change change) {
    return new SoakHistory.Change(
        change.revision(), change.put(), change.key(), change.value(), SoakHistory.Before.NOTHING);
  }
}
