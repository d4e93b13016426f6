package dev.keelson.storage.mvcc;

import dev.keelson.storage.mvcc.engine.EngineIterator;
import dev.keelson.storage.mvcc.engine.EngineSnapshot;
import dev.keelson.storage.mvcc.engine.Family;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sums that are kept with every change, found once more by reading all that they are of, piece
 * by piece (DV-hash). Holds a snapshot of the engine until it is closed. Owned by one thread.
 */
public final class ContentAudit implements AutoCloseable {
  private static final byte[] EVERYTHING = new byte[0];

  private final EngineSnapshot snapshot;
  private final Optional<StoreState> kept;
  private @Nullable EngineIterator latest;
  private @Nullable EngineIterator leases;
  private StoreState.Totals totals;

  /** Takes the snapshot over. */
  ContentAudit(EngineSnapshot snapshot) {
    this.snapshot = snapshot;
    // What was written by an earlier version has no sums to compare with yet.
    this.kept =
        snapshot
            .get(Family.META, MetaKeys.STATE.toArray())
            .filter(encoded -> !StoreState.lacksMetaHash(encoded))
            .map(StoreState::decode);
    this.totals = StoreState.Totals.ZERO;
    if (kept.isPresent()) {
      totals = totals.plusHash(ContentScan.metaHash(snapshot));
      latest = snapshot.iterate(Family.LATEST, EVERYTHING, EVERYTHING);
      leases = snapshot.iterate(Family.LEASES, LeaseCodec.RECORDS_FROM, LeaseCodec.RECORDS_TO);
    }
  }

  /**
   * Reads on.
   *
   * @param atLeastBytes read before it returns, if there are so many
   * @return bytes that were read; 0 when all has been read
   */
  public long step(long atLeastBytes) {
    long bytes = 0;
    var keys = latest;
    while (keys != null && bytes < atLeastBytes) {
      if (keys.next()) {
        byte[] value = keys.value();
        totals = totals.plus(Head.decode(value));
        bytes += keys.key().length + value.length;
      } else {
        keys.close();
        latest = null;
        keys = null;
      }
    }
    var records = leases;
    while (records != null && bytes < atLeastBytes) {
      if (records.next()) {
        byte[] value = records.value();
        totals = totals.plus(LeaseCodec.decode(records.key(), value));
        bytes += records.key().length + value.length;
      } else {
        records.close();
        leases = null;
        records = null;
      }
    }
    return bytes;
  }

  /** Once all has been read: what does not agree; empty if all is well. */
  public Optional<String> difference() {
    return kept.filter(state -> !totals.equals(state.totals()))
        .map(
            state ->
                "the store at %s says %s, and reading it says %s"
                    .formatted(state.applied(), state.totals(), totals));
  }

  @Override
  public void close() {
    if (latest != null) {
      latest.close();
    }
    if (leases != null) {
      leases.close();
    }
    snapshot.close();
  }
}
