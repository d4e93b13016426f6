package dev.keelson.server.watch;

import static dev.keelson.server.watch.WatchWorld.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.AppliedChange;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random writes, clients that come, stall, cancel, go and resume, compactions, snapshots and scans
 * in any order, with bounds so small that every path is taken: what each watcher has heard is
 * compared with the list of all changes.
 */
class WatchHubModelTest {
  private static final int STEPS = 1_500;
  private static final String[] KEYS = {"a", "aa", "ab", "b", "ba", "c", "d", "dd"};

  static LongStream seeds() {
    Long pinned = Long.getLong("keelson.seed");
    return pinned != null ? LongStream.of(pinned) : LongStream.range(0, 60);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Tag("W11")
  @Tag("W12")
  @Tag("W26")
  void everyWatcherHearsExactlyItsPartOfHistory(long seed) {
    new Run(seed).run();
  }

  private static final class Run {
    final Random random;
    final WatchWorld world;
    final List<Client> clients = new ArrayList<>();

    Run(long seed) {
      random = new Random(seed);
      int roomy = random.nextInt(4);
      var limits =
          new WatchLimits(
              50,
              1 << 20,
              1 << roomy,
              400L << roomy,
              2_000L << roomy,
              500L << (2 * roomy),
              1 + random.nextInt(10),
              300L << roomy,
              600L << roomy,
              1 + random.nextInt(40),
              random.nextInt(6));
      world = new WatchWorld(limits, seed);
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(20)) {
          case 0, 1, 2, 3, 4, 5 -> write();
          case 6 -> world.announce();
          case 7, 8, 9, 10 -> world.hub.turn();
          case 11 -> world.scan();
          case 12 -> connect();
          case 13 -> client(Client::create);
          case 14 -> client(Client::cancel);
          case 15 -> client(client -> client.outlet.stalled = random.nextBoolean());
          case 16 -> client(client -> client.outlet.take());
          case 17 -> client(client -> client.outlet.stream.requestProgress());
          case 18 -> reconnect();
          default -> rarely();
        }
        clients.forEach(Client::check);
      }
      clients.forEach(client -> client.outlet.stalled = false);
      world.announce();
      for (int i = 0; i < 2_000; i++) {
        clients.forEach(client -> client.outlet.take());
        world.settle();
      }
      clients.forEach(Client::check);
      clients.forEach(Client::checkComplete);
      clients.forEach(client -> client.outlet.stream.close());
      world.settle();
      assertThat(world.hub.stats().isIdle()).isTrue();
    }

    private void write() {
      world.commit(
          txn -> {
            for (int i = random.nextInt(10) == 0 ? random.nextInt(12) : 0; i >= 0; i--) {
              var key = bytes(KEYS[random.nextInt(KEYS.length)]);
              if (random.nextInt(4) == 0) {
                txn.deleteRange(new KeyRange.Single(key));
              } else {
                txn.put(key, bytes("v".repeat(random.nextInt(60))), 0);
              }
            }
          });
      if (random.nextInt(3) > 0) {
        world.announce();
      }
    }

    private void rarely() {
      switch (random.nextInt(6)) {
        case 0 -> {
          long target = world.revision() - random.nextInt(30);
          if (target > 0) {
            world.compact(target);
          }
        }
        case 1 -> world.replace();
        case 2 -> client(Client::close);
        default -> world.passMillis(random.nextInt(1_200));
      }
    }

    private void connect() {
      if (clients.size() < 6) {
        clients.add(new Client());
      }
    }

    /** Goes on with every watcher where another client's have ended (W19). */
    private void reconnect() {
      client(
          client -> {
            client.close();
            var next = new Client();
            for (var heard : client.heard) {
              if (heard.isOpen()) {
                next.create(heard.range, heard.told + 1, heard.options);
              }
            }
            clients.add(next);
          });
    }

    private void client(java.util.function.Consumer<Client> action) {
      if (!clients.isEmpty()) {
        action.accept(clients.get(random.nextInt(clients.size())));
      }
    }

    /** What one watcher should hear, and how far it has. */
    private static final class Heard {
      final KeyRange range;
      final WatchSpec.Options options;
      long id = -1;
      long start;
      boolean canceled;

      /** Revisions up to here were told, or passed without anything to tell. */
      long told;

      Heard(KeyRange range, long start, WatchSpec.Options options) {
        this.range = range;
        this.start = start;
        this.options = options;
      }

      boolean isOpen() {
        return id >= 0 && !canceled;
      }
    }

    private final class Client {
      final TestOutlet outlet = world.openStream();
      final List<Heard> heard = new ArrayList<>();
      private int created;

      void create() {
        var from = bytes(KEYS[random.nextInt(KEYS.length)]);
        var range =
            switch (random.nextInt(4)) {
              case 0 -> new KeyRange.From(from);
              case 1 -> new KeyRange.HalfOpen(from, Bytes.wrap(new byte[] {'z'}));
              default -> new KeyRange.Single(from);
            };
        long start =
            switch (random.nextInt(3)) {
              case 0 -> 0;
              case 1 -> Math.max(1, world.revision() - random.nextInt(60));
              default -> world.revision() + random.nextInt(5);
            };
        var options =
            new WatchSpec.Options(
                random.nextInt(5) > 0,
                random.nextInt(5) > 0,
                random.nextBoolean(),
                random.nextBoolean(),
                false);
        create(range, start, options);
      }

      void create(KeyRange range, long start, WatchSpec.Options options) {
        if (heard.size() < 6) {
          heard.add(new Heard(range, start, options));
          outlet.create(0, range, start, options);
        }
      }

      void cancel() {
        if (!heard.isEmpty()) {
          outlet.stream.cancel(heard.get(random.nextInt(heard.size())).id);
        }
      }

      void close() {
        world.hub.turn();
        check();
        outlet.stream.close();
        clients.remove(this);
      }

      void check() {
        for (var delivery : outlet.drain()) {
          switch (delivery) {
            case Delivery.Created(long id, long revision) -> {
              var watcher = heard.get(created++);
              watcher.id = id;
              watcher.start = watcher.start == 0 ? revision + 1 : watcher.start;
              watcher.told = watcher.start - 1;
            }
            case Delivery.Refused refused -> throw new AssertionError(refused);
            case Delivery.Canceled(long id, _) -> watcher(id).canceled = true;
            case Delivery.Compacted(long id, long compactRevision) -> {
              var watcher = watcher(id);
              assertThat(watcher.told + 1).isLessThan(compactRevision);
              watcher.canceled = true;
            }
            case Delivery.Progress(long id, long revision) -> {
              for (var watcher : heard) {
                if (watcher.isOpen() && (id == Delivery.WHOLE_STREAM || id == watcher.id)) {
                  assertThat(expected(watcher, watcher.told + 1, revision)).isEmpty();
                  watcher.told = Math.max(watcher.told, revision);
                }
              }
            }
            case Delivery.Events events -> events(events);
          }
        }
      }

      private void events(Delivery.Events events) {
        var watcher = watcher(events.watchId());
        assertThat(watcher.canceled).isFalse();
        var changes = events.events().stream().map(WatchEvent::change).toList();
        long last = changes.getLast().revision().main();
        assertThat(changes).isEqualTo(expected(watcher, watcher.told + 1, last));
        assertThat(events.revision()).isGreaterThanOrEqualTo(last);
        for (var event : events.events()) {
          checkPrevious(event, watcher.options.previous());
        }
        watcher.told = last;
      }

      private void checkPrevious(WatchEvent event, boolean previous) {
        var wire = TestOutlet.decode(event.encoded(previous));
        if (wire.hasPrevKv()) {
          assertThat(previous).isTrue();
          var before = valueBefore(event.change());
          assertThat(wire.getPrevKv().getValue().toByteArray()).isEqualTo(before.toArray());
        }
      }

      private Bytes valueBefore(Change change) {
        Bytes value = Bytes.EMPTY;
        for (var applied : world.all) {
          if (applied.change().revision().main() < change.revision().main()
              && applied.change().key().equals(change.key())) {
            value = applied.change() instanceof Change.Put(_, var kv) ? kv.value() : Bytes.EMPTY;
          }
        }
        return value;
      }

      void checkComplete() {
        for (var watcher : heard) {
          if (watcher.isOpen()) {
            assertThat(expected(watcher, watcher.told + 1, Long.MAX_VALUE)).isEmpty();
          }
        }
      }

      private Heard watcher(long id) {
        return heard.stream().filter(one -> one.id == id).findFirst().orElseThrow();
      }

      private List<Change> expected(Heard watcher, long from, long to) {
        return world.all.stream()
            .map(AppliedChange::change)
            .filter(change -> change.revision().main() >= Math.max(from, watcher.start))
            .filter(change -> change.revision().main() <= to)
            .filter(change -> watcher.range.contains(change.key()))
            .filter(
                change ->
                    change instanceof Change.Put
                        ? watcher.options.puts()
                        : watcher.options.deletes())
            .toList();
      }
    }
  }
}
