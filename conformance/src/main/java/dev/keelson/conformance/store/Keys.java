package dev.keelson.conformance.store;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.Compare.CompareResult;
import dev.keelson.api.etcdserverpb.Compare.CompareTarget;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.mvccpb.KeyValue;
import java.util.List;

/**
 * The keys of one case: every name stands under the case's prefix, so that cases do not meet. A
 * case that has the whole store for itself has the empty prefix.
 */
public final class Keys {
  /** As range_end: no upper bound. */
  public static final ByteString NO_END = ByteString.copyFrom(new byte[] {0});

  private final ByteString prefix;

  public Keys(ByteString prefix) {
    this.prefix = prefix;
  }

  /** The full key of a name. */
  public ByteString at(String name) {
    return at(ByteString.copyFromUtf8(name));
  }

  public ByteString at(ByteString name) {
    return prefix.concat(name);
  }

  /** The names under this prefix, in the order given. */
  public List<String> names(List<KeyValue> kvs) {
    return kvs.stream().map(this::name).toList();
  }

  public String name(KeyValue kv) {
    return nameOf(kv.getKey());
  }

  public String nameOf(ByteString key) {
    Expect.isTrue(key.startsWith(prefix), "the key " + key + " is under " + prefix);
    return key.substring(prefix.size()).toStringUtf8();
  }

  public RangeRequest.Builder get(String name) {
    return RangeRequest.newBuilder().setKey(at(name));
  }

  /** Names from {@code from} up to and without {@code to}. */
  public RangeRequest.Builder span(String from, String to) {
    return get(from).setRangeEnd(at(to));
  }

  public RangeRequest.Builder everything() {
    return RangeRequest.newBuilder().setKey(first()).setRangeEnd(end());
  }

  public PutRequest.Builder put(String name, String value) {
    return PutRequest.newBuilder().setKey(at(name)).setValue(ByteString.copyFromUtf8(value));
  }

  public DeleteRangeRequest.Builder delete(String name) {
    return DeleteRangeRequest.newBuilder().setKey(at(name));
  }

  public DeleteRangeRequest.Builder delete(String from, String to) {
    return delete(from).setRangeEnd(at(to));
  }

  public DeleteRangeRequest.Builder deleteEverything() {
    return DeleteRangeRequest.newBuilder().setKey(first()).setRangeEnd(end());
  }

  public WatchCreateRequest.Builder watch(String name) {
    return WatchCreateRequest.newBuilder().setKey(at(name));
  }

  /** Changes of names from {@code from} up to and without {@code to}. */
  public WatchCreateRequest.Builder watch(String from, String to) {
    return watch(from).setRangeEnd(at(to));
  }

  public WatchCreateRequest.Builder watchEverything() {
    return WatchCreateRequest.newBuilder().setKey(first()).setRangeEnd(end());
  }

  public Compare version(String name, CompareResult result, long version) {
    return compare(name, CompareTarget.VERSION, result).setVersion(version).build();
  }

  public Compare created(String name, CompareResult result, long revision) {
    return compare(name, CompareTarget.CREATE, result).setCreateRevision(revision).build();
  }

  public Compare modified(String name, CompareResult result, long revision) {
    return compare(name, CompareTarget.MOD, result).setModRevision(revision).build();
  }

  public Compare lease(String name, CompareResult result, long lease) {
    return compare(name, CompareTarget.LEASE, result).setLease(lease).build();
  }

  public Compare value(String name, CompareResult result, String value) {
    return compare(name, CompareTarget.VALUE, result)
        .setValue(ByteString.copyFromUtf8(value))
        .build();
  }

  public Compare.Builder compare(String name, CompareTarget target, CompareResult result) {
    return Compare.newBuilder().setKey(at(name)).setTarget(target).setResult(result);
  }

  /** The same comparison over all names from its own up to and without {@code to}. */
  public Compare over(Compare compare, String to) {
    return compare.toBuilder().setRangeEnd(at(to)).build();
  }

  private ByteString first() {
    return prefix.isEmpty() ? NO_END : prefix;
  }

  private ByteString end() {
    return prefix.isEmpty() ? NO_END : afterPrefix(prefix);
  }

  /** R3: the first key that no longer begins with the prefix. */
  public static ByteString afterPrefix(ByteString prefix) {
    for (int last = prefix.size() - 1; last >= 0; last--) {
      int octet = prefix.byteAt(last) & 0xff;
      if (octet != 0xff) {
        return prefix
            .substring(0, last)
            .concat(ByteString.copyFrom(new byte[] {(byte) (octet + 1)}));
      }
    }
    return NO_END;
  }
}
