package dev.keelson.chaos.workload;

import dev.keelson.chaos.checkers.AppendChecker;
import dev.keelson.chaos.checkers.Checker;
import dev.keelson.chaos.checkers.SetChecker;
import dev.keelson.chaos.checkers.Values;
import dev.keelson.chaos.history.Compare;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;

/**
 * Words appended to lists by transactions that are guarded by what was read: to one list, as a set,
 * or to several at once.
 */
public final class ListWorkload implements Workload {
  /** A list that grows for ever would make the run one of copying; new ones are begun instead. */
  private static final int WORDS = 150;

  /** One of the lists that one place has had. */
  private record Place(int place, int number) {
    Bytes key(String prefix) {
      return KeyRange.utf8(prefix + place + "/" + number);
    }

    void end(AtomicIntegerArray begun) {
      begun.compareAndSet(place, number, number + 1);
    }
  }

  private final String name;
  private final String prefix;
  private final int lists;
  private final int together;
  // How many lists each place has had: clients of one run begin a new one together.
  private final AtomicIntegerArray begun;

  private ListWorkload(String name, String prefix, int lists, int together) {
    this.name = name;
    this.prefix = prefix;
    this.lists = lists;
    this.together = together;
    begun = new AtomicIntegerArray(lists);
  }

  public static ListWorkload set() {
    return new ListWorkload("set", "s/", 4, 1);
  }

  public static ListWorkload append() {
    return new ListWorkload("append", "a/", 6, 3);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void step(Session session) {
    int count = 1 + session.random().nextInt(together);
    int first = session.random().nextInt(lists);
    var places = new ArrayList<Place>();
    for (int i = 0; i < count; i++) {
      int place = (first + i) % lists;
      places.add(new Place(place, begun.get(place)));
    }
    List<Bytes> keys = places.stream().map(place -> place.key(prefix)).toList();
    List<Request.Kv> reads =
        keys.stream().<Request.Kv>map(key -> Request.Range.of(KeyRange.single(key))).toList();
    Outcome read = session.call(new Request.Txn(List.of(), reads, List.of()));
    if (!(read instanceof Outcome.Ok(_, _, Response.Txn found))
        || session.random().nextInt(4) == 0) {
      return;
    }
    var compares = new ArrayList<Compare>();
    var puts = new ArrayList<Request.Kv>();
    for (int i = 0; i < count; i++) {
      var version = versionIn(found.responses().get(i)).findFirst();
      if (version.isPresent() && Values.words(version.get().value()).size() >= WORDS) {
        places.get(i).end(begun);
        return;
      }
      compares.add(
          Compare.modRevision(keys.get(i), version.map(KeyVersion::modRevision).orElse(0L)));
      puts.add(
          Request.Put.of(
              keys.get(i),
              Values.append(version.map(KeyVersion::value).orElse(Bytes.EMPTY), session.unique())));
    }
    session.call(new Request.Txn(compares, puts, List.of()));
  }

  private static Stream<KeyVersion> versionIn(Response.Kv response) {
    return response instanceof Response.Range range ? range.versions().stream() : Stream.of();
  }

  @Override
  public void readAll(Session session, int member) {
    session.callAt(member, Request.Range.of(KeyRange.prefix(prefix)));
  }

  @Override
  public List<Checker> checkers() {
    KeyRange keys = KeyRange.prefix(prefix);
    return List.of(new SetChecker(keys), new AppendChecker(keys));
  }
}
