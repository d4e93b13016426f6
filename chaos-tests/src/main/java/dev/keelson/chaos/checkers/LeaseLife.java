package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What clients did with one lease and learned of it. Ids of leases are never used twice. */
final class LeaseLife {
  private final long lease;
  private final Operation grant;
  private final long ttlSeconds;
  private final List<Operation> renewals = new ArrayList<>();
  private final List<Operation> doubtful = new ArrayList<>();
  private final List<Operation> revokes = new ArrayList<>();
  private final List<Operation> gone = new ArrayList<>();
  private final List<Operation> alive = new ArrayList<>();
  private final List<Operation> told = new ArrayList<>();

  private LeaseLife(long lease, Operation grant, long ttlSeconds) {
    this.lease = lease;
    this.grant = grant;
    this.ttlSeconds = ttlSeconds;
  }

  /** The lives of all leases whose grant was acknowledged. */
  static Map<Long, LeaseLife> of(Ledger ledger) {
    Map<Long, LeaseLife> lives = new TreeMap<>();
    for (Operation operation : ledger.history().operations()) {
      if (operation.outcome() instanceof Outcome.Ok(_, _, Response.LeaseGrant granted)) {
        lives.put(granted.lease(), new LeaseLife(granted.lease(), operation, granted.ttlSeconds()));
      }
    }
    for (Operation operation : ledger.history().operations()) {
      for (long lease : leasesOf(operation)) {
        Optional.ofNullable(lives.get(lease)).ifPresent(life -> life.take(operation));
      }
    }
    return lives;
  }

  private static List<Long> leasesOf(Operation operation) {
    return switch (operation.request()) {
      case Request.LeaseKeepAlive(long lease) -> List.of(lease);
      case Request.LeaseRevoke(long lease) -> List.of(lease);
      case Request.LeaseTimeToLive(long lease) -> List.of(lease);
      case Request.Put put -> List.of(put.lease());
      case Request.Range range ->
          operation.outcome() instanceof Outcome.Ok(_, _, Response.Range read)
                  && range.options().revision() == 0
                  && !range.options().serializable()
                  && !range.options().keysOnly()
              ? read.versions().stream().map(KeyVersion::lease).distinct().toList()
              : List.of();
      case Request.Delete _,
          Request.Txn _,
          Request.Compact _,
          Request.LeaseGrant _,
          Request.Lock _,
          Request.Unlock _,
          Request.HashKv _,
          Request.Status _,
          Request.Membership _ ->
          List.of();
    };
  }

  private void take(Operation operation) {
    switch (operation.outcome()) {
      case Outcome.Ok(_, _, Response.LeaseKeepAlive(_, long ttl)) -> {
        if (ttl > 0) {
          renewals.add(operation);
          alive.add(operation);
        } else {
          gone.add(operation);
        }
        told.add(operation);
      }
      case Outcome.Ok(_, _, Response.LeaseTimeToLive left) -> {
        (left.grantedSeconds() > 0 ? alive : gone).add(operation);
        told.add(operation);
      }
      case Outcome.Ok(_, _, Response.LeaseRevoke _) -> revokes.add(operation);
      case Outcome.Ok _ -> alive.add(operation);
      case Outcome.Indefinite _ -> {
        if (operation.request() instanceof Request.LeaseRevoke) {
          revokes.add(operation);
        } else {
          doubtful.add(operation);
        }
      }
      case Outcome.Definite(String reason) -> {
        if (reason.contains("lease not found")) {
          gone.add(operation);
        }
      }
    }
  }

  void judge(LeaseEnds ends, Trouble trouble, LeaseChecker.Bounds bounds, Findings findings) {
    List<Operation> evidence =
        gone.stream().filter(op -> op.callNanos() > grant.returnNanos()).toList();
    for (Operation operation : evidence) {
      notEarlier(operation.returnNanos(), operation, bounds, findings);
      neverBack(operation, operation.returnNanos(), findings);
    }
    ends.of(lease)
        .ifPresent(
            end -> {
              notEarlier(end.toldNanos(), end.teller(), bounds, findings);
              neverBack(end.teller(), end.toldNanos(), findings);
            });
    revokes.stream()
        .filter(Operation::isOk)
        .forEach(revoke -> neverBack(revoke, revoke.returnNanos(), findings));
    for (Operation operation : alive) {
      notLater(operation, trouble, bounds, findings);
    }
    for (Operation operation : told) {
      truthful(operation, trouble, bounds, findings);
    }
  }

  /** LE-min: from the call of the last renewal on, nearly all of the TTL. */
  private void notEarlier(
      long seenNanos, Item evidence, LeaseChecker.Bounds bounds, Findings findings) {
    if (revokes.stream().anyMatch(revoke -> revoke.callNanos() < seenNanos)) {
      return;
    }
    Operation last = grant;
    for (Operation renewal : renewals) {
      if (renewal.callNanos() < seenNanos && renewal.callNanos() > last.callNanos()) {
        last = renewal;
      }
    }
    long least = (long) (Duration.ofSeconds(ttlSeconds).toNanos() * (1 - bounds.drift()));
    if (seenNanos - last.callNanos() < least) {
      findings.violation(
          "LE-min",
          "lease %x of %d s was gone after %d ms"
              .formatted(lease, ttlSeconds, (seenNanos - last.callNanos()) / 1_000_000),
          last,
          evidence);
    }
  }

  private void neverBack(Item end, long seenNanos, Findings findings) {
    alive.stream()
        .filter(operation -> operation.callNanos() > seenNanos)
        .findFirst()
        .ifPresent(
            operation ->
                findings.violation("LE-once", "lease %x is back".formatted(lease), end, operation));
  }

  /** LE-max: a lease that nobody renews is gone some time. */
  private void notLater(
      Operation operation, Trouble trouble, LeaseChecker.Bounds bounds, Findings findings) {
    Operation last = grant;
    for (List<Operation> some : List.of(renewals, doubtful)) {
      for (Operation renewal : some) {
        if (renewal.callNanos() < operation.callNanos()
            && renewal.returnNanos() > last.returnNanos()) {
          last = renewal;
        }
      }
    }
    long ttlNanos = Duration.ofSeconds(ttlSeconds).toNanos();
    long most =
        (long) (ttlNanos * (1 + bounds.drift()))
            + bounds.slack().toNanos()
            + trouble.extensionNanos(last.returnNanos(), operation.callNanos(), ttlNanos);
    if (operation.callNanos() - last.returnNanos() > most) {
      findings.violation(
          "LE-max",
          "lease %x of %d s lives %d ms after its last renewal"
              .formatted(
                  lease, ttlSeconds, (operation.callNanos() - last.returnNanos()) / 1_000_000),
          last,
          operation);
    }
  }

  /** What a member says of a lease that is there agrees with its grant. */
  private void truthful(
      Operation operation, Trouble trouble, LeaseChecker.Bounds bounds, Findings findings) {
    boolean wrong =
        switch (operation.outcome()) {
          case Outcome.Ok(_, _, Response.LeaseKeepAlive(_, long ttl)) ->
              ttl != 0 && ttl != ttlSeconds;
          case Outcome.Ok(_, _, Response.LeaseTimeToLive left) -> {
            // L13: a new leader adds the time of the election.
            long more =
                trouble.anyBefore(operation.returnNanos()) ? bounds.election().toSeconds() + 1 : 0;
            yield left.grantedSeconds() > 0
                && (left.grantedSeconds() != ttlSeconds || left.ttlSeconds() > ttlSeconds + more);
          }
          case Outcome.Ok _, Outcome.Definite _, Outcome.Indefinite _ -> false;
        };
    if (wrong) {
      findings.violation(
          "LE-ttl", "lease %x was granted for %d s".formatted(lease, ttlSeconds), grant, operation);
    }
  }
}
