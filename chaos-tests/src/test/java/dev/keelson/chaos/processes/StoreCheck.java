package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.HashKVResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must be true of a cluster after the faults. */
final class StoreCheck {
  private static final int PAGE = 2_000;
  private static final int SHOWN = 20;

  private StoreCheck() {}

  /** DU-ack: each acknowledged put is there, with its value, at its revision, put once. */
  static void everyAckIsThere(String endpoint, List<Writers.Ack> acks) {
    Map<String, KeyValue> stored = readAll(endpoint);
    var wrong = new ArrayList<String>();
    Set<Long> revisions = new HashSet<>();
    for (Writers.Ack ack : acks) {
      if (!revisions.add(ack.revision())) {
        wrong.add("revision " + ack.revision() + " was acknowledged twice");
      }
      KeyValue kv = stored.getOrDefault(ack.key(), KeyValue.getDefaultInstance());
      boolean right =
          kv.getModRevision() == ack.revision()
              && kv.getCreateRevision() == ack.revision()
              && kv.getVersion() == 1
              && kv.getValue().toStringUtf8().equals(ack.value());
      if (!right) {
        wrong.add(ack + " but found at mod_revision " + kv.getModRevision());
      }
    }
    assertThat(wrong.size())
        .as("acknowledged puts lost or changed: %s", wrong.stream().limit(SHOWN).toList())
        .isZero();
  }

  /** DV-hash: one hash over the whole history, on every member at the same revision. */
  static void hashesAgree(ProcessCluster cluster) {
    hashesAgree(cluster.endpoints());
  }

  static void hashesAgree(List<String> endpoints) {
    var stores = endpoints.stream().map(Store::connect).toList();
    try {
      // Linearizable, so that every member has applied all up to it.
      long revision =
          stores.stream()
              .mapToLong(store -> Clusters.answered(store::revision))
              .min()
              .orElseThrow();
      List<HashKVResponse> hashes =
          stores.stream().map(store -> Clusters.answered(() -> store.hashKv(revision))).toList();
      assertThat(hashes)
          .extracting(HashKVResponse::getHash)
          .containsOnly(hashes.getFirst().getHash());
      assertThat(hashes)
          .extracting(HashKVResponse::getCompactRevision)
          .containsOnly(hashes.getFirst().getCompactRevision());
    } finally {
      stores.forEach(Store::close);
    }
  }

  private static Map<String, KeyValue> readAll(String endpoint) {
    ByteString from = ByteString.copyFromUtf8(Writers.PREFIX);
    ByteString end = Keys.afterPrefix(from);
    var all = new HashMap<String, KeyValue>();
    try (Store store = Store.connect(endpoint)) {
      long revision = Clusters.answered(store::revision);
      boolean more = true;
      while (more) {
        var next =
            RangeRequest.newBuilder()
                .setKey(from)
                .setRangeEnd(end)
                .setLimit(PAGE)
                .setRevision(revision);
        RangeResponse page = Clusters.answered(() -> store.range(next));
        for (KeyValue kv : page.getKvsList()) {
          all.put(kv.getKey().toStringUtf8(), kv);
          from = kv.getKey().concat(Keys.NO_END);
        }
        more = page.getMore();
      }
    }
    return all;
  }
}
