package dev.keelson.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.LogPosition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoreHashTest {
  @TempDir Path directory;

  private static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static long hash(MvccStore store) {
    return ((HashOutcome.Hashed) store.hashAt(0)).hash();
  }

  @ParameterizedTest
  @EnumSource(TestEngines.class)
  @Tag("C13")
  @Tag("case-158")
  void theHashIsTheOneOtherServersOfThisApiGive(TestEngines engine) {
    try (var store = MvccStore.open(engine.open(directory), MvccConfig.defaults())) {
      assertThat(hash(store)).isEqualTo(1084519789L);

      var put = store.begin();
      put.put(bytes("a"), bytes("1"), 0);
      put.commit();
      var delete = store.begin();
      delete.deleteRange(new KeyRange.Single(bytes("a")));
      delete.commit();
      var txn = store.begin();
      txn.put(bytes("x"), bytes("1"), 0);
      txn.put(bytes("y"), bytes("2"), 0);
      txn.commit();
      store.commitBatch(new LogPosition(1, 3));

      assertThat(hash(store)).isEqualTo(1907476390L);
    }
  }
}
