package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Operation;
import dev.keelson.raft.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for an order of calls that explains all answers: depth first, with a list of the events
 * that are left, from which a placed call is taken out and to which it returns. Used once.
 */
final class RegisterSearch {
  /** How it ended. */
  enum Result {
    LINEARIZABLE,
    IMPOSSIBLE,
    UNDECIDED
  }

  /** Where the search has been: what was placed, and what the register then held. */
  private record Place(BitSet placed, Bytes value) {}

  /** What to return to. */
  private record Step(int call, Bytes valueBefore) {}

  private final List<RegisterCall> calls;
  private final int steps;
  // A doubly linked list of events: event 2c is the call of c, 2c+1 its return.
  private final int[] next;
  private final int[] previous;
  private final int head;
  private List<Operation> stuckAt = List.of();

  RegisterSearch(List<RegisterCall> calls, int steps) {
    this.calls = calls;
    this.steps = steps;
    head = 2 * calls.size();
    next = new int[head + 1];
    previous = new int[head + 1];
    var events = new ArrayList<Integer>();
    for (int event = 0; event < head; event++) {
      events.add(event);
    }
    // At one moment calls come first: who called when another returned may be before him.
    events.sort(Comparator.comparingLong(this::nanos).thenComparingInt(event -> event & 1));
    int last = head;
    for (int event : events) {
      next[last] = event;
      previous[event] = last;
      last = event;
    }
    next[last] = head;
    previous[head] = last;
  }

  private long nanos(int event) {
    RegisterCall call = calls.get(event / 2);
    return (event & 1) == 0 ? call.callNanos() : call.returnNanos();
  }

  Result run() {
    Set<Place> been = new HashSet<>();
    Deque<Step> path = new ArrayDeque<>();
    var placed = new BitSet(calls.size());
    Bytes value = RegisterCall.ABSENT;
    int deepest = -1;
    int event = next[head];
    for (int step = 0; step < steps; step++) {
      if (next[head] == head || onlyOpenLeft()) {
        return Result.LINEARIZABLE;
      }
      if (event != head && (event & 1) == 0) {
        int call = event / 2;
        Optional<Bytes> after = calls.get(call).after(value);
        if (after.isPresent()) {
          placed.set(call);
          if (been.add(new Place((BitSet) placed.clone(), after.get()))) {
            path.push(new Step(call, value));
            value = after.get();
            lift(call);
            event = next[head];
            continue;
          }
          placed.clear(call);
        }
        event = next[event];
        continue;
      }
      if (path.size() > deepest && event != head) {
        deepest = path.size();
        stuckAt = stuck(event / 2);
      }
      if (path.isEmpty()) {
        return Result.IMPOSSIBLE;
      }
      Step back = path.pop();
      placed.clear(back.call());
      value = back.valueBefore();
      putBack(back.call());
      event = next[2 * back.call()];
    }
    return Result.UNDECIDED;
  }

  /** Where the search came furthest: the call that could not be placed, and those around it. */
  List<Operation> stuckAt() {
    return stuckAt;
  }

  private List<Operation> stuck(int call) {
    var around = new ArrayList<Operation>(List.of(calls.get(call).operation()));
    for (int event = next[head]; event != 2 * call + 1 && around.size() < 10; event = next[event]) {
      if ((event & 1) == 0 && event / 2 != call) {
        around.add(calls.get(event / 2).operation());
      }
    }
    return around;
  }

  /** What never returned need not have happened: the list is by time, so open returns are last. */
  private boolean onlyOpenLeft() {
    for (int event = previous[head]; event != head; event = previous[event]) {
      if ((event & 1) == 1) {
        if (nanos(event) != RegisterCall.NEVER) {
          return false;
        }
      } else if (calls.get(event / 2).returnNanos() != RegisterCall.NEVER) {
        return false;
      }
    }
    return true;
  }

  private void lift(int call) {
    unlink(2 * call);
    unlink(2 * call + 1);
  }

  private void putBack(int call) {
    link(2 * call + 1);
    link(2 * call);
  }

  private void unlink(int event) {
    next[previous[event]] = next[event];
    previous[next[event]] = previous[event];
  }

  private void link(int event) {
    next[previous[event]] = event;
    previous[next[event]] = event;
  }
}
