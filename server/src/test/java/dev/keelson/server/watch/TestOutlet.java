package dev.keelson.server.watch;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.mvccpb.Event;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;

/** One client of the hub: takes what it is told at once, or keeps it waiting. */
final class TestOutlet implements WatchOutlet {
  final WatchStream stream;
  final List<Delivery> deliveries = new ArrayList<>();
  boolean stalled;
  int handled;
  private int untakenCount;
  private long untakenBytes;
  long mostUntakenBytes;

  TestOutlet(WatchHub hub) {
    this.stream = hub.open(this);
  }

  TestOutlet create(long id, KeyRange range, long start, WatchSpec.Options options) {
    stream.create(new WatchSpec(id, range, start, options));
    return this;
  }

  TestOutlet create(KeyRange range, long start) {
    return create(0, range, start, WatchSpec.Options.PLAIN);
  }

  @Override
  public void deliver(List<Delivery> told, int requests) {
    deliveries.addAll(told);
    handled += requests;
    untakenCount += told.size();
    for (var delivery : told) {
      untakenBytes += delivery.bytes();
    }
    mostUntakenBytes = Math.max(mostUntakenBytes, untakenBytes);
    if (!stalled) {
      take();
    }
  }

  void take() {
    int count = untakenCount;
    long bytes = untakenBytes;
    untakenCount = 0;
    untakenBytes = 0;
    stream.taken(count, bytes);
  }

  /** What came since the last call. */
  List<Delivery> drain() {
    var drained = List.copyOf(deliveries);
    deliveries.clear();
    return drained;
  }

  /** The events of one watcher, as on the wire. */
  List<Event> events(long watchId) {
    var events = new ArrayList<Event>();
    for (var delivery : deliveries) {
      if (delivery instanceof Delivery.Events told && told.watchId() == watchId) {
        for (var event : told.events()) {
          events.add(decode(event.encoded(told.options().previous())));
        }
      }
    }
    return events;
  }

  static Event decode(byte[] field) {
    try {
      return WatchResponse.parseFrom(field).getEvents(0);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
