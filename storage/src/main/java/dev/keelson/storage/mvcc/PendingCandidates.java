package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.PendingBatch.Version;
import java.util.List;
import java.util.Map;

/** Stored candidates under the changes of a batch that is not written yet. */
final class PendingCandidates implements Candidates {
  private final Candidates stored;
  private final PendingBatch batch;
  private final long revision;
  private final List<Map.Entry<Bytes, List<Version>>> changes;
  private int nextChange;
  private boolean storedLeft;
  private Bytes key = Bytes.EMPTY;
  private Head head = Head.NONE;

  /**
   * @param stored the state at the revision, as far as the engine knows it
   */
  PendingCandidates(Candidates stored, PendingBatch batch, KeyRange range, long revision) {
    this.stored = stored;
    this.batch = batch;
    this.revision = revision;
    this.changes = List.copyOf(batch.changed(ScanBounds.latest(range)).entrySet());
    this.storedLeft = stored.next();
  }

  @Override
  public boolean next() {
    while (nextChange < changes.size()) {
      var change = changes.get(nextChange);
      int order = storedLeft ? stored.key().compareTo(change.getKey()) : 1;
      if (order < 0) {
        takeStored();
        return true;
      }
      nextChange++;
      if (take(change.getKey(), change.getValue(), order == 0)) {
        return true;
      }
    }
    if (storedLeft) {
      takeStored();
      return true;
    }
    return false;
  }

  /** Takes the newest version not after the revision; false if the key is not visible at it. */
  private boolean take(Bytes changedKey, List<Version> versions, boolean isStored) {
    for (var version : versions.reversed()) {
      if (version.main() > revision) {
        continue;
      }
      if (isStored) {
        storedLeft = stored.next();
      }
      return switch (version) {
        case Version.Put(var own, _) -> {
          key = changedKey;
          head = own;
          yield true;
        }
        case Version.Delete _ -> false;
      };
    }
    if (isStored) {
      takeStored();
    }
    return isStored;
  }

  private void takeStored() {
    key = stored.key();
    head = stored.head();
    storedLeft = stored.next();
  }

  @Override
  public Bytes key() {
    return key;
  }

  @Override
  public Head head() {
    return head;
  }

  @Override
  public KeyValue load(Bytes candidate, Head candidateHead) {
    return batch.load(candidate, candidateHead);
  }

  @Override
  public void close() {
    stored.close();
  }
}
