package dev.keelson.chaos.simulation;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.storage.mvcc.Change;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Watches all keys or one, over one member after the other, and demands every event once, in order,
 * each revision whole (I19). Begins anew where it stands when its stream ends.
 */
final class WatchClient implements Client {
  private static final long RETRY_NANOS = 100_000_000;

  private final World world;
  private final Chance chance;
  private final String name;
  private final boolean all;
  private final String key;
  private @Nullable SimulatedStream<WatchRequest, WatchResponse> stream;
  private long next = 1;
  private int streams;
  private boolean previous;
  private boolean gone;

  WatchClient(World world, Chance chance, String name) {
    this.world = world;
    this.chance = chance;
    this.name = name;
    this.all = chance.happens(0.7);
    this.key = all ? "a" : "k%02d".formatted(chance.nextInt(world.settings().load().keys()));
  }

  @Override
  public void leave() {
    gone = true;
    streams++;
    var ended = stream;
    if (ended != null) {
      ended.cancel();
    }
  }

  @Override
  public void begin() {
    if (gone) {
      return;
    }
    var member = chance.oneOf(world.members()).life();
    if (member.isEmpty()) {
      again();
      return;
    }
    int number = ++streams;
    if (!world.faultsAreOver() && chance.happens(0.1)) {
      // WA-start: nothing below it is told, ever, and nothing at all until then.
      next = Math.max(next, world.chronicle().revision() + chance.between(1, 5));
      world.count("watches of the future");
    }
    previous = chance.happens(0.4);
    var opened =
        new SimulatedStream<WatchRequest, WatchResponse>(
            world,
            member.get(),
            chance.between(1, 16),
            response -> {
              if (number == streams) {
                hear(response);
              }
            },
            () -> {
              if (number == streams) {
                broken();
              }
            });
    stream = opened;
    opened.open(world.planted().watch(member.get(), member.get().services().watch()));
    var create =
        WatchCreateRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setRangeEnd(ByteString.copyFromUtf8(all ? "z" : ""))
            .setStartRevision(next)
            .setPrevKv(previous)
            .setProgressNotify(chance.happens(0.5))
            .setFragment(chance.happens(0.5));
    opened.request(WatchRequest.newBuilder().setCreateRequest(create).build());
    if (!world.faultsAreOver()) {
      world
          .timeline()
          .plan(
              chance.delay(5_000_000_000L),
              World.CLIENTS,
              () -> {
                if (number == streams) {
                  opened.cancel();
                  broken();
                }
              });
    }
  }

  private void again() {
    world.timeline().plan(RETRY_NANOS, World.CLIENTS, this::begin);
  }

  private void broken() {
    world.count("watch streams ended");
    streams++;
    stream = null;
    again();
  }

  private void hear(WatchResponse response) {
    if (response.getCanceled()) {
      if (response.getCompactRevision() > 0) {
        check(
            response.getCompactRevision() > next - 1,
            "compacted at %d, and wants only %d",
            response.getCompactRevision(),
            next);
        next = Math.max(next, response.getCompactRevision());
        world.count("watches that met a compaction");
      }
      var ended = stream;
      if (ended != null) {
        ended.cancel();
      }
      broken();
      return;
    }
    if (response.getCreated()) {
      return;
    }
    if (response.getEventsCount() == 0) {
      // WA-bookmark: all up to the header is delivered.
      covers(response.getHeader().getRevision() + 1);
      return;
    }
    int at = 0;
    while (at < response.getEventsCount()) {
      long revision = response.getEvents(at).getKv().getModRevision();
      covers(revision);
      var expected = wanted(revision);
      // A part of a revision may be left for the next response of a fragmented answer.
      check(
          at + expected.size() <= response.getEventsCount() || response.getFragment(),
          "revision %d comes in parts",
          revision);
      int count = Math.min(expected.size(), response.getEventsCount() - at);
      for (int i = 0; i < count; i++) {
        same(expected.get(i), response.getEvents(at + i));
      }
      world.count("watch events");
      at += count;
      next = revision + 1;
    }
  }

  /** Everything before this revision has been told. */
  private void covers(long revision) {
    check(revision >= next, "goes back to %d from %d", revision, next);
    check(
        revision <= world.chronicle().revision() + 1,
        "hears of %d, the newest is %d",
        revision,
        world.chronicle().revision());
    for (long between = next; between < revision; between++) {
      var missed = wanted(between);
      check(missed.isEmpty(), "missed %s at %d", missed, between);
    }
    next = revision;
  }

  private List<Change> wanted(long revision) {
    var changes = new ArrayList<Change>();
    for (var change : world.chronicle().at(revision)) {
      if (all || Chronicle.text(change.key()).equals(key)) {
        changes.add(change);
      }
    }
    return changes;
  }

  private void same(Change change, dev.keelson.api.mvccpb.Event event) {
    var kv = event.getKv();
    boolean equal =
        kv.getKey().toStringUtf8().equals(Chronicle.text(change.key()))
            && kv.getModRevision() == change.revision().main()
            && switch (change) {
              case Change.Put(_, var put) ->
                  event.getType() == dev.keelson.api.mvccpb.Event.EventType.PUT
                      && kv.getValue().toStringUtf8().equals(Chronicle.text(put.value()))
                      && kv.getVersion() == put.version()
                      && kv.getCreateRevision() == put.createRevision();
              case Change.Delete _ ->
                  event.getType() == dev.keelson.api.mvccpb.Event.EventType.DELETE;
            };
    check(equal, "is told %s instead of %s", event, change);
    if (previous) {
      follows(change, event);
    } else {
      check(!event.hasPrevKv(), "did not ask for what was before %s", event);
    }
  }

  /** WA-prev: the key as of the revision before, unless that was compacted. */
  private void follows(Change change, dev.keelson.api.mvccpb.Event event) {
    long before = change.revision().main() - 1;
    var text = Chronicle.text(change.key());
    var stood = world.chronicle().range(text, "", before);
    if (!event.hasPrevKv()) {
      check(
          stood.isEmpty() || before < world.chronicle().compacted(),
          "is not told what was before %s: %s",
          event,
          stood);
      return;
    }
    var told = event.getPrevKv();
    check(
        !stood.isEmpty()
            && told.getKey().toStringUtf8().equals(text)
            && told.getValue().toStringUtf8().equals(Chronicle.text(stood.getFirst().value()))
            && told.getModRevision() == stood.getFirst().modRevision()
            && told.getCreateRevision() == stood.getFirst().createRevision()
            && told.getVersion() == stood.getFirst().version()
            && told.getLease() == stood.getFirst().lease(),
        "is told that %s was before %s, where there was %s",
        told,
        event,
        stood);
    world.count("watch events with what was before");
  }

  @Override
  public boolean isUpToDate() {
    for (long revision = next; revision <= world.chronicle().revision(); revision++) {
      if (!wanted(revision).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String describe() {
    return "%s at %d of %d".formatted(name, next, world.chronicle().revision());
  }

  private void check(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new SimulationFailure("I19", name + ": " + message.formatted(arguments));
    }
  }
}
