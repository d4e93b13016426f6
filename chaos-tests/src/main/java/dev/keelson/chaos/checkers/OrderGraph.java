package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Operation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Who must have been before whom. Real time is a chain of moments: who returned leads to his
 * moment, and a moment to all who called later, so that n operations need no more than 3n edges.
 */
final class OrderGraph {
  /** One must be before the other. */
  private record Edge(int from, int to, String why) {}

  private final List<Operation> operations;
  private final List<List<Edge>> edges = new ArrayList<>();

  OrderGraph(List<Operation> operations) {
    this.operations = operations;
    operations.forEach(_ -> edges.add(new ArrayList<>()));
  }

  void edge(int from, int to, String why) {
    if (from != to) {
      edges.get(from).add(new Edge(from, to, why));
    }
  }

  /**
   * @param finished whether the operation's return means that it was done
   */
  void realTime(IntPredicate finished) {
    List<Integer> byCall =
        IntStream.range(0, operations.size())
            .boxed()
            .sorted(Comparator.comparingLong(number -> operations.get(number).callNanos()))
            .toList();
    List<Integer> byReturn =
        IntStream.range(0, operations.size())
            .filter(finished)
            .boxed()
            .sorted(Comparator.comparingLong(number -> operations.get(number).returnNanos()))
            .toList();
    int moment = -1;
    int next = 0;
    for (int caller : byCall) {
      long called = operations.get(caller).callNanos();
      while (next < byReturn.size() && operations.get(byReturn.get(next)).returnNanos() < called) {
        int later = edges.size();
        edges.add(new ArrayList<>());
        if (moment >= 0) {
          edge(moment, later, "time");
        }
        edge(byReturn.get(next++), later, "time");
        moment = later;
      }
      if (moment >= 0) {
        edge(moment, caller, "time");
      }
    }
  }

  /** A shortest cycle through some operation of a strongly connected part, if there is any. */
  Optional<List<Integer>> cycle() {
    int[] component = components();
    var sizes = new HashMap<Integer, Integer>();
    Arrays.stream(component).forEach(number -> sizes.merge(number, 1, Integer::sum));
    Optional<List<Integer>> shortest = Optional.empty();
    int tried = 0;
    for (int node = 0; node < operations.size() && tried < 50; node++) {
      if (sizes.getOrDefault(component[node], 1) > 1) {
        tried++;
        List<Integer> cycle = shortestThrough(node, component);
        if (shortest.isEmpty() || cycle.size() < shortest.get().size()) {
          shortest = Optional.of(cycle);
        }
      }
    }
    return shortest;
  }

  List<Operation> operations(List<Integer> cycle) {
    return cycle.stream().filter(node -> node < operations.size()).map(operations::get).toList();
  }

  String explain(List<Integer> cycle) {
    var text = new StringBuilder("each must be before the next:");
    for (int i = 0; i < cycle.size(); i++) {
      int from = cycle.get(i);
      int to = cycle.get((i + 1) % cycle.size());
      if (from < operations.size()) {
        text.append(" #").append(operations.get(from).id());
      }
      String why =
          edges.get(from).stream()
              .filter(edge -> edge.to() == to)
              .findFirst()
              .map(Edge::why)
              .orElse("");
      if (from < operations.size()) {
        text.append(" -").append(why).append("->");
      }
    }
    return text.toString();
  }

  private List<Integer> shortestThrough(int start, int[] component) {
    Map<Integer, Integer> cameFrom = new HashMap<>();
    var queue = new ArrayDeque<Integer>(List.of(start));
    while (!queue.isEmpty()) {
      int node = queue.remove();
      for (Edge edge : edges.get(node)) {
        if (edge.to() == start) {
          var path = new ArrayList<Integer>();
          for (int at = node; at != start; at = cameFrom.getOrDefault(at, start)) {
            path.add(at);
          }
          path.add(start);
          return path.reversed();
        }
        if (component[edge.to()] == component[start] && !cameFrom.containsKey(edge.to())) {
          cameFrom.put(edge.to(), node);
          queue.add(edge.to());
        }
      }
    }
    throw new IllegalStateException("no cycle in a strongly connected part");
  }

  /** Tarjan's algorithm, without recursion: histories are long. */
  private int[] components() {
    int size = edges.size();
    int[] index = new int[size];
    int[] low = new int[size];
    int[] component = new int[size];
    int[] nextEdge = new int[size];
    boolean[] onStack = new boolean[size];
    var stack = new ArrayDeque<Integer>();
    var path = new ArrayDeque<Integer>();
    int counter = 0;
    int number = 0;
    for (int root = 0; root < size; root++) {
      if (index[root] != 0) {
        continue;
      }
      path.push(root);
      while (!path.isEmpty()) {
        int node = path.peek();
        if (nextEdge[node] == 0) {
          index[node] = low[node] = ++counter;
          stack.push(node);
          onStack[node] = true;
        }
        if (nextEdge[node] < edges.get(node).size()) {
          int to = edges.get(node).get(nextEdge[node]++).to();
          if (index[to] == 0) {
            path.push(to);
          } else if (onStack[to]) {
            low[node] = Math.min(low[node], index[to]);
          }
          continue;
        }
        path.pop();
        if (low[node] == index[node]) {
          number++;
          int member;
          do {
            member = stack.pop();
            onStack[member] = false;
            component[member] = number;
          } while (member != node);
        }
        if (!path.isEmpty()) {
          low[path.peek()] = Math.min(low[path.peek()], low[node]);
        }
      }
    }
    return component;
  }
}
