package dev.keelson.server.rpc;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** T17 to T19 as they are written, pair by pair; the oracle for the quick judge. */
final class PlainDuplicates {
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private PlainDuplicates() {}

  static boolean conflicts(List<RequestOp> list) {
    var puts = new ArrayList<ByteString>();
    var deletes = new ArrayList<DeleteRangeRequest>();
    var nested = new ArrayList<TxnRequest>();
    for (var operation : list) {
      switch (operation.getRequestCase()) {
        case REQUEST_PUT -> puts.add(operation.getRequestPut().getKey());
        case REQUEST_DELETE_RANGE -> deletes.add(operation.getRequestDeleteRange());
        case REQUEST_TXN -> nested.add(operation.getRequestTxn());
        case REQUEST_RANGE, REQUEST_NOT_SET -> {}
      }
    }
    if (new HashSet<>(puts).size() < puts.size() || reach(deletes, puts)) {
      return true;
    }
    for (int i = 0; i < nested.size(); i++) {
      var child = nested.get(i);
      if (conflicts(child.getSuccessList()) || conflicts(child.getFailureList())) {
        return true;
      }
      var childPuts = putsOf(child);
      if (reach(deletes, childPuts)
          || reach(deletesOf(child), puts)
          || childPuts.stream().anyMatch(puts::contains)) {
        return true;
      }
      for (var earlier : nested.subList(0, i)) {
        var earlierPuts = putsOf(earlier);
        if (childPuts.stream().anyMatch(earlierPuts::contains)
            || reach(deletesOf(earlier), childPuts)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean reach(Iterable<DeleteRangeRequest> deletes, Iterable<ByteString> keys) {
    for (var delete : deletes) {
      for (var key : keys) {
        if (reaches(delete, key)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean reaches(DeleteRangeRequest delete, ByteString key) {
    if (delete.getRangeEnd().isEmpty()) {
      return key.equals(delete.getKey());
    }
    return !delete.getRangeEnd().equals(ZERO)
        && ORDER.compare(delete.getKey(), key) <= 0
        && ORDER.compare(key, delete.getRangeEnd()) < 0;
  }

  private static Set<ByteString> putsOf(TxnRequest txn) {
    var puts = new HashSet<ByteString>();
    for (var branch : List.of(txn.getSuccessList(), txn.getFailureList())) {
      for (var operation : branch) {
        if (operation.hasRequestPut()) {
          puts.add(operation.getRequestPut().getKey());
        } else if (operation.hasRequestTxn()) {
          puts.addAll(putsOf(operation.getRequestTxn()));
        }
      }
    }
    return puts;
  }

  private static List<DeleteRangeRequest> deletesOf(TxnRequest txn) {
    var deletes = new ArrayList<DeleteRangeRequest>();
    for (var branch : List.of(txn.getSuccessList(), txn.getFailureList())) {
      for (var operation : branch) {
        if (operation.hasRequestDeleteRange()) {
          deletes.add(operation.getRequestDeleteRange());
        } else if (operation.hasRequestTxn()) {
          deletes.addAll(deletesOf(operation.getRequestTxn()));
        }
      }
    }
    return deletes;
  }
}
