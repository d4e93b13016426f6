package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.KeyRange;
import dev.keelson.raft.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Strict serializability of list appends without a look at revisions (Adya's cycles, as Elle finds
 * them): the lists that were read give the order of writes, from which follow who must be before
 * whom; with the order of real time there must be no cycle. Aborted and torn reads come first.
 */
public final class AppendChecker implements Checker {
  private final KeyRange keys;

  public AppendChecker(KeyRange keys) {
    this.keys = keys;
  }

  @Override
  public boolean needsLog() {
    return false;
  }

  @Override
  public void check(Ledger ledger, Findings findings) {
    List<ListAppend> all = ListAppend.allOf(ledger, keys);
    var writers = new HashMap<Bytes, Map<String, Integer>>();
    var possible = new ArrayList<ListAppend>();
    for (ListAppend one : all) {
      int number = possible.size();
      possible.add(one);
      one.appends()
          .forEach(
              (key, word) -> {
                Integer other =
                    writers.computeIfAbsent(key, _ -> new HashMap<>()).put(word, number);
                if (other != null) {
                  findings.gap("the word " + word + " was appended by two");
                }
              });
    }
    Map<Bytes, List<String>> longest = longest(possible, findings);
    var graph = new OrderGraph(possible.stream().map(ListAppend::operation).toList());
    for (int number = 0; number < possible.size(); number++) {
      edges(number, possible, longest, writers, graph, findings);
    }
    longest.forEach((key, words) -> writeOrder(key, words, writers, graph));
    graph.realTime(number -> possible.get(number).fate() == ListAppend.Fate.DONE);
    graph
        .cycle()
        .ifPresent(
            cycle ->
                findings.violation(
                    "append-cycle", graph.explain(cycle), List.copyOf(graph.operations(cycle))));
    findings.checked("list operations", possible.size());
  }

  /**
   * The longest list of each key that was read or left; all others must begin it. Two that appended
   * to one and the same list are convicted here.
   */
  private static Map<Bytes, List<String>> longest(List<ListAppend> all, Findings findings) {
    Map<Bytes, List<String>> longest = new HashMap<>();
    Map<Bytes, ListAppend> readers = new HashMap<>();
    for (ListAppend one : all) {
      for (Bytes key : one.reads().keySet()) {
        List<String> words = known(one, key);
        if (!longest.containsKey(key)
            || words.size() > longest.getOrDefault(key, List.of()).size()) {
          longest.put(key, words);
          readers.put(key, one);
        }
      }
    }
    for (ListAppend one : all) {
      for (Bytes key : one.reads().keySet()) {
        List<String> words = known(one, key);
        List<String> order = longest.getOrDefault(key, List.of());
        if (!order.subList(0, words.size()).equals(words)) {
          findings.violation(
              "append-order",
              "%s is %s to one and %s to another".formatted(key, words, order),
              one.operation(),
              readers.getOrDefault(key, one).operation());
        }
      }
    }
    return longest;
  }

  /** The list as the operation left it. */
  private static List<String> known(ListAppend one, Bytes key) {
    List<String> words = new ArrayList<>(one.reads().getOrDefault(key, List.of()));
    if (one.fate() == ListAppend.Fate.DONE && one.appends().containsKey(key)) {
      words.add(one.appends().getOrDefault(key, ""));
    }
    return words;
  }

  private static void edges(
      int number,
      List<ListAppend> all,
      Map<Bytes, List<String>> longest,
      Map<Bytes, Map<String, Integer>> writers,
      OrderGraph graph,
      Findings findings) {
    ListAppend reader = all.get(number);
    reader
        .reads()
        .forEach(
            (key, words) -> {
              Map<String, Integer> known = writers.getOrDefault(key, Map.of());
              for (String word : words) {
                Integer writer = known.get(word);
                if (writer == null) {
                  findings.violation(
                      "append-stranger", "nobody appended " + word, reader.operation());
                } else if (all.get(writer).fate() == ListAppend.Fate.NOT_DONE) {
                  findings.violation(
                      "append-aborted",
                      word + " was refused and read",
                      all.get(writer).operation(),
                      reader.operation());
                }
              }
              if (!words.isEmpty() && known.containsKey(words.getLast())) {
                graph.edge(known.getOrDefault(words.getLast(), number), number, "wr");
              }
              List<String> order = longest.getOrDefault(key, List.of());
              if (words.size() < order.size()) {
                Integer next = known.get(order.get(words.size()));
                if (next != null) {
                  graph.edge(number, next, "rw");
                }
              }
            });
  }

  private static void writeOrder(
      Bytes key, List<String> words, Map<Bytes, Map<String, Integer>> writers, OrderGraph graph) {
    Map<String, Integer> known = writers.getOrDefault(key, Map.of());
    for (int i = 1; i < words.size(); i++) {
      Integer before = known.get(words.get(i - 1));
      Integer after = known.get(words.get(i));
      if (before != null && after != null) {
        graph.edge(before, after, "ww");
      }
    }
  }
}
