package dev.keelson.client;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;

/** What is put before every key on the way out and taken off on the way in. */
record Namespace(Bytes prefix) {
  static final Namespace NONE = new Namespace(Bytes.EMPTY);

  Namespace within(Bytes inner) {
    return new Namespace(prefix.plus(inner));
  }

  Bytes outward(Bytes key) {
    if (key.isEmpty()) {
      throw new IllegalArgumentException("a key has at least one byte");
    }
    return prefix.isEmpty() ? key : prefix.plus(key);
  }

  /** A range without an end ends with the namespace. */
  KeyRange outward(KeyRange range) {
    if (prefix.isEmpty() || range.isSingle()) {
      return new KeyRange(outward(range.key()), range.end());
    }
    Bytes end = range.isOpen() ? KeyRange.prefixEnd(prefix) : prefix.plus(range.end());
    return new KeyRange(outward(range.key()), end);
  }

  Bytes inward(ByteString key) {
    return Bytes.of(key.substring(prefix.size()));
  }

  boolean holds(ByteString key) {
    return key.startsWith(prefix.toByteString());
  }

  KeyValue inward(dev.keelson.api.mvccpb.KeyValue kv) {
    return new KeyValue(
        inward(kv.getKey()),
        Bytes.of(kv.getValue()),
        kv.getCreateRevision(),
        kv.getModRevision(),
        kv.getVersion(),
        kv.getLease());
  }

  RangeRequest outward(RangeRequest request) {
    KeyRange range = outward(rangeOf(request.getKey(), request.getRangeEnd()));
    return request.toBuilder().setKey(first(range)).setRangeEnd(end(range)).build();
  }

  DeleteRangeRequest outward(DeleteRangeRequest request) {
    KeyRange range = outward(rangeOf(request.getKey(), request.getRangeEnd()));
    return request.toBuilder().setKey(first(range)).setRangeEnd(end(range)).build();
  }

  PutRequest outward(PutRequest request) {
    return request.toBuilder().setKey(outward(Bytes.of(request.getKey())).toByteString()).build();
  }

  Compare outward(Compare compare) {
    KeyRange range = outward(rangeOf(compare.getKey(), compare.getRangeEnd()));
    return compare.toBuilder().setKey(first(range)).setRangeEnd(end(range)).build();
  }

  static KeyRange rangeOf(ByteString key, ByteString end) {
    return new KeyRange(Bytes.of(key), Bytes.of(end));
  }

  static ByteString first(KeyRange range) {
    return range.key().toByteString();
  }

  static ByteString end(KeyRange range) {
    return range.end().toByteString();
  }
}
