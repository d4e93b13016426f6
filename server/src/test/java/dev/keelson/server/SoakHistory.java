package dev.keelson.server;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.ResponseOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** All that ever changed, put together from the answers to the writes. For one thread. */
final class SoakHistory {
  /** A change, with the revision that it replaced; 0 where there was none. */
  record Change(long revision, boolean put, String key, ByteString value, Before before) {}

  /** The state of the key before a change: revision 0 if it did not exist. */
  record Before(long revision, ByteString value) {
    static final Before NOTHING = new Before(0, ByteString.EMPTY);
  }

  private record Write(boolean put, String key, ByteString value) {}

  private final NavigableMap<Long, List<Write>> writes = new TreeMap<>();

  void put(long revision, PutRequest request) {
    writes
        .computeIfAbsent(revision, _ -> new ArrayList<>())
        .add(new Write(true, request.getKey().toStringUtf8(), request.getValue()));
  }

  /** The answer must name what was deleted. */
  void delete(long revision, DeleteRangeRequest request, DeleteRangeResponse response) {
    if (!request.getPrevKv() || response.getPrevKvsCount() != response.getDeleted()) {
      throw new IllegalArgumentException("the answer does not say what was deleted");
    }
    for (var kv : response.getPrevKvsList()) {
      writes
          .computeIfAbsent(revision, _ -> new ArrayList<>())
          .add(new Write(false, kv.getKey().toStringUtf8(), ByteString.EMPTY));
    }
  }

  void txn(TxnRequest request, TxnResponse response) {
    long revision = response.getHeader().getRevision();
    List<RequestOp> done =
        response.getSucceeded() ? request.getSuccessList() : request.getFailureList();
    for (int i = 0; i < done.size(); i++) {
      ResponseOp answer = response.getResponses(i);
      switch (done.get(i).getRequestCase()) {
        case REQUEST_PUT -> put(revision, done.get(i).getRequestPut());
        case REQUEST_DELETE_RANGE ->
            delete(revision, done.get(i).getRequestDeleteRange(), answer.getResponseDeleteRange());
        default -> throw new IllegalArgumentException("only writes are expected");
      }
    }
  }

  long lastRevision() {
    return writes.lastKey();
  }

  /** In the order in which they happened. */
  List<Change> changes() {
    var changes = new ArrayList<Change>();
    Map<String, Before> now = new HashMap<>();
    writes.forEach(
        (revision, ofRevision) -> {
          var earlier = Map.copyOf(now); // W10: the state before the whole revision
          for (var write : ofRevision) {
            changes.add(
                new Change(
                    revision,
                    write.put(),
                    write.key(),
                    write.value(),
                    earlier.getOrDefault(write.key(), Before.NOTHING)));
            if (write.put()) {
              now.put(write.key(), new Before(revision, write.value()));
            } else {
              now.remove(write.key());
            }
          }
        });
    return changes;
  }

  /** What every key holds in the end. */
  static Map<String, Before> state(List<Change> changes) {
    var state = new TreeMap<String, Before>();
    for (var change : changes) {
      if (change.put()) {
        state.put(change.key(), new Before(change.revision(), change.value()));
      } else {
        state.remove(change.key());
      }
    }
    return state;
  }
}
