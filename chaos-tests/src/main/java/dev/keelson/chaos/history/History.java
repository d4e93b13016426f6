package dev.keelson.chaos.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A whole run, sorted by what is recorded. Immutable. */
public final class History {
  private final List<Item> items;
  private final List<Operation> operations = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private final List<Item.MemberStarted> starts = new ArrayList<>();
  private final List<Item.Mark> marks = new ArrayList<>();
  private final Map<Long, WatchStream> watches = new LinkedHashMap<>();

  private History(List<Item> items) {
    this.items = items;
    Map<Long, WatchOpened> opened = new LinkedHashMap<>();
    Map<Long, List<WatchMessage>> messages = new LinkedHashMap<>();
    Map<Long, Long> closed = new LinkedHashMap<>();
    for (Item item : items) {
      switch (item) {
        case Operation operation -> operations.add(operation);
        case WatchOpened open -> opened.put(open.watch(), open);
        case WatchMessage message ->
            messages.computeIfAbsent(message.watch(), _ -> new ArrayList<>()).add(message);
        case WatchClosed close -> closed.putIfAbsent(close.watch(), close.nanos());
        case Fault fault -> faults.add(fault);
        case Item.MemberStarted start -> starts.add(start);
        case Item.Mark mark -> marks.add(mark);
      }
    }
    operations.sort(
        Comparator.comparingLong(Operation::callNanos).thenComparingLong(Operation::id));
    starts.sort(Comparator.comparingLong(Item.MemberStarted::nanos));
    faults.sort(Comparator.comparingLong(Fault::fromNanos));
    opened.forEach(
        (id, open) ->
            watches.put(
                id,
                new WatchStream(
                    open,
                    messages.getOrDefault(id, List.of()),
                    closed.getOrDefault(id, WatchStream.OPEN))));
  }

  /** In the order of recording; a watch stream's messages are in the order they came. */
  public static History of(List<Item> items) {
    return new History(List.copyOf(items));
  }

  /** As they were recorded. */
  public List<Item> items() {
    return items;
  }

  /** By the time of their call. */
  public List<Operation> operations() {
    return List.copyOf(operations);
  }

  public List<WatchStream> watches() {
    return List.copyOf(watches.values());
  }

  /** By their beginning. */
  public List<Fault> faults() {
    return List.copyOf(faults);
  }

  /** By time. */
  public List<Item.MemberStarted> starts() {
    return List.copyOf(starts);
  }

  /** When something was reached for the last time, if it was. */
  public OptionalLong moment(Item.Moment moment) {
    return marks.stream().filter(mark -> mark.moment() == moment).mapToLong(Item.Mark::nanos).max();
  }
}
