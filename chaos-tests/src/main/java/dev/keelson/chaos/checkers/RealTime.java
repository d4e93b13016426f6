package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.chaos.history.WatchMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The order of revisions against the order of time (3.5, steps 3 and 4): nobody is told of less
 * than what somebody had been told before he asked, nor of what nobody had asked for yet.
 */
final class RealTime {
  /** Somebody knew at this moment that the revision exists. */
  private record Witness(long nanos, long revision, Item item) {}

  private RealTime() {}

  static void check(Ledger ledger, Attribution attribution, Findings findings) {
    List<Witness> witnesses = witnesses(ledger);
    lowerBound(ledger, witnesses, findings);
    upperBound(ledger, witnesses, attribution, findings);
  }

  private static List<Witness> witnesses(Ledger ledger) {
    var witnesses = new ArrayList<Witness>();
    for (Operation operation : ledger.history().operations()) {
      operation
          .response()
          .filter(response -> response.revision() > 0)
          .ifPresent(
              response ->
                  witnesses.add(
                      new Witness(operation.returnNanos(), response.revision(), operation)));
    }
    for (var stream : ledger.history().watches()) {
      for (WatchMessage message : stream.messages()) {
        if (!message.changes().isEmpty()) {
          long revision = message.changes().getLast().revision();
          witnesses.add(new Witness(message.nanos(), revision, message));
        }
      }
    }
    witnesses.sort(Comparator.comparingLong(Witness::nanos));
    return witnesses;
  }

  private static void lowerBound(Ledger ledger, List<Witness> witnesses, Findings findings) {
    int next = 0;
    Optional<Witness> highest = Optional.empty();
    for (Operation operation : ledger.history().operations()) {
      while (next < witnesses.size() && witnesses.get(next).nanos() < operation.callNanos()) {
        Witness witness = witnesses.get(next++);
        if (highest.isEmpty() || witness.revision() > highest.get().revision()) {
          highest = Optional.of(witness);
        }
      }
      if (highest.isEmpty() || !isLinearizable(operation)) {
        continue;
      }
      long known = highest.get().revision();
      long revision = operation.response().map(Response::revision).orElse(Long.MAX_VALUE);
      long least = Writes.revisionMade(operation).isPresent() ? known + 1 : known;
      if (revision < least) {
        findings.violation(
            "real-time-stale",
            "revision %d was known before it was called, and it was told %d"
                .formatted(known, revision),
            highest.get().item(),
            operation);
      }
    }
  }

  /** T21: a transaction of nothing but compares, or of serializable reads, is answered locally. */
  static boolean isLinearizable(Operation operation) {
    if (!operation.isOk()) {
      return false;
    }
    return switch (operation.request()) {
      case Request.Put _, Request.Delete _ -> true;
      case Request.Range range -> !range.options().serializable();
      case Request.Txn txn ->
          !(txn.success().stream().allMatch(RealTime::isSerializableRead)
              && txn.failure().stream().allMatch(RealTime::isSerializableRead));
      case Request.Compact _,
          Request.LeaseGrant _,
          Request.LeaseKeepAlive _,
          Request.LeaseRevoke _,
          Request.LeaseTimeToLive _,
          Request.Lock _,
          Request.Unlock _,
          Request.HashKv _,
          Request.Status _,
          Request.Membership _ ->
          false;
    };
  }

  private static boolean isSerializableRead(Request.Kv request) {
    return request instanceof Request.Range range && range.options().serializable();
  }

  private static void upperBound(
      Ledger ledger, List<Witness> witnesses, Attribution attribution, Findings findings) {
    int last = (int) ledger.log().last();
    var causes = new ArrayList<Operation>(List.of());
    long[] earliest = new long[last + 1];
    int[] causedBy = new int[last + 1];
    earliest[0] = Long.MIN_VALUE;
    for (int revision = 1; revision <= last; revision++) {
      earliest[revision] = earliest[revision - 1];
      causedBy[revision] = causedBy[revision - 1];
      Optional<Operation> cause = attribution.earliestCause(revision);
      if (cause.isPresent() && cause.get().callNanos() > earliest[revision]) {
        earliest[revision] = cause.get().callNanos();
        causes.add(cause.get());
        causedBy[revision] = causes.size();
      }
    }
    for (Witness witness : witnesses) {
      int revision = (int) Math.min(witness.revision(), last);
      if (witness.nanos() < earliest[revision]) {
        findings.violation(
            "real-time-future",
            "it tells of revision %d before a write up to that was asked for"
                .formatted(witness.revision()),
            causes.get(causedBy[revision] - 1),
            witness.item());
      }
    }
  }
}
