package dev.keelson.client.recipe;

import dev.keelson.client.Bytes;
import dev.keelson.client.Delete;
import dev.keelson.client.Get;
import dev.keelson.client.GetResult;
import dev.keelson.client.IndefiniteException;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeelsonException;
import dev.keelson.client.KeptLease;
import dev.keelson.client.KeyRange;
import dev.keelson.client.KeyValue;
import dev.keelson.client.OwnershipLostException;
import dev.keelson.client.Put;
import dev.keelson.client.Txn;
import dev.keelson.client.TxnResult;
import dev.keelson.client.UnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * One who waits in a line of keys under a prefix, ordered by their create revisions. Its key ends
 * with its session, so that nobody waits for the dead.
 */
final class Contender {
  private static final Logger LOG = System.getLogger(Contender.class.getName());

  private final KeelsonClient client;
  private final KeptLease session;
  private final Bytes prefix;
  private final Bytes key;
  private final CompletableFuture<KeptLease.End> sessionEnd;

  /** Where it stands: its key's create revision, which is the fencing token. */
  record Place(long token) {}

  Contender(KeelsonClient client, KeptLease session, Bytes prefix, Bytes key) {
    this.client = client;
    this.session = session;
    this.prefix = prefix;
    this.key = key;
    this.sessionEnd = session.ended().toCompletableFuture();
  }

  /** A value that tells one attempt to enter from every other. */
  static Bytes mark() {
    return Bytes.of(UUID.randomUUID().toString());
  }

  /** Decides whom one has to wait for. */
  @FunctionalInterface
  interface Rule {
    /**
     * The keys of which one must be deleted first; empty when it is one's turn.
     *
     * @param earlier who came before, in the order in which they came
     */
    Optional<KeyRange> blockedBy(List<KeyValue> earlier);
  }

  /**
   * Enters the line, waits for the turn, and leaves the line when that fails.
   *
   * @return empty when the time is over before the turn comes
   */
  Optional<Ownership> enter(Bytes value, Rule rule, Deadline deadline) throws InterruptedException {
    Place place = stand(value);
    boolean owns = false;
    try {
      owns = awaitTurn(place, rule, deadline);
    } catch (UnavailableException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while waiting in line");
      }
      throw e;
    } finally {
      if (!owns) {
        owned(place).close();
      }
    }
    return owns ? Optional.of(owned(place)) : Optional.empty();
  }

  private Ownership owned(Place place) {
    return new Ownership(client, session, key, place.token());
  }

  /** Puts the key. That may be done again, because no one else ever puts it. */
  private Place stand(Bytes value) throws InterruptedException {
    Get own = Get.key(key);
    Txn put = Txn.when(key).isAbsent().then(Put.of(key, value).withLease(session.id())).orElse(own);
    boolean mayStand = false;
    while (true) {
      try {
        TxnResult result = client.kv().run(put);
        if (result.succeeded()) {
          return new Place(result.revision());
        }
        KeyValue found = result.of(own).first().orElseThrow();
        if (!mayStand || !found.value().equals(value)) {
          throw new IllegalStateException("the session " + hex(session) + " is in line already");
        }
        return new Place(found.createRevision());
      } catch (IndefiniteException | UnavailableException e) {
        if (Thread.interrupted()) {
          leave(value);
          throw new InterruptedException("interrupted while entering the line");
        }
        if (e instanceof UnavailableException || !session.isAlive()) {
          throw e;
        }
        mayStand = true;
      }
    }
  }

  /** Takes the key away that may or may not have been put with this value. */
  private void leave(Bytes value) {
    try {
      TxnResult unused = client.kv().run(Txn.when(key).valueIs(value).then(Delete.key(key)));
    } catch (KeelsonException e) {
      LOG.log(Level.WARNING, "{0} may stand until its session ends: {1}", key, e.getMessage());
    }
  }

  private boolean awaitTurn(Place place, Rule rule, Deadline deadline) throws InterruptedException {
    Get line = Get.range(KeyRange.prefix(prefix)).createdUntil(place.token());
    while (true) {
      GetResult seen = client.kv().run(line.ascendingBy(Get.Order.CREATE_REVISION));
      List<KeyValue> all = seen.keyValues();
      boolean standing =
          all.stream().anyMatch(kv -> kv.key().equals(key) && kv.createRevision() == place.token());
      if (!standing || !session.isAlive()) {
        throw new OwnershipLostException("the session " + hex(session) + " ended while it waited");
      }
      List<KeyValue> earlier = all.stream().filter(kv -> !kv.key().equals(key)).toList();
      Optional<KeyRange> blocking = rule.blockedBy(earlier);
      if (blocking.isEmpty()) {
        return true;
      }
      if (deadline.isOver()) {
        return false;
      }
      Deletion.await(client, blocking.get(), seen.revision() + 1, sessionEnd, deadline);
    }
  }

  static String hex(KeptLease session) {
    return Long.toHexString(session.id());
  }

  static Optional<KeyRange> last(List<KeyValue> earlier) {
    return earlier.isEmpty()
        ? Optional.empty()
        : Optional.of(KeyRange.single(earlier.get(earlier.size() - 1).key()));
  }
}
