package dev.keelson.server.apply;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.KeyRange;
import dev.keelson.storage.mvcc.KeyValue;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.RangeQuery;
import dev.keelson.storage.mvcc.ReadView;
import dev.keelson.storage.mvcc.WriteTxn;
import java.util.Optional;

/**
 * The store as a transaction finds it: the same questions for one that writes and one that does
 * not.
 */
interface KvReader {
  /** R before the transaction. */
  long revision();

  /** C; -1 if nothing was ever compacted. */
  long compactRevision();

  Optional<KeyValue> get(Bytes key);

  RangeOutcome range(RangeQuery query);

  static KvReader of(WriteTxn txn) {
    return new KvReader() {
      @Override
      public long revision() {
        return txn.baseRevision();
      }

      @Override
      public long compactRevision() {
        return txn.compactRevision();
      }

      @Override
      public Optional<KeyValue> get(Bytes key) {
        return txn.get(key);
      }

      @Override
      public RangeOutcome range(RangeQuery query) {
        return txn.range(query);
      }
    };
  }

  static KvReader of(ReadView view) {
    return new KvReader() {
      @Override
      public long revision() {
        return view.revision();
      }

      @Override
      public long compactRevision() {
        return view.compactRevision();
      }

      @Override
      public Optional<KeyValue> get(Bytes key) {
        return KvReader.found(view.range(RangeQuery.all(new KeyRange.Single(key)))).kvs().stream()
            .findFirst();
      }

      @Override
      public RangeOutcome range(RangeQuery query) {
        return view.range(query);
      }
    };
  }

  /** A read of the latest revision, which is never compacted and never in the future. */
  static RangeOutcome.Found found(RangeOutcome outcome) {
    return switch (outcome) {
      case RangeOutcome.Found found -> found;
      case RangeOutcome.Compacted compacted ->
          throw new IllegalStateException("checked revision is compacted: " + compacted);
      case RangeOutcome.Future future ->
          throw new IllegalStateException("checked revision is in the future: " + future);
    };
  }
}
