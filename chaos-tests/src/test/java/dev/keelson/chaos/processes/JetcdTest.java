package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.conformance.process.MemberProcess;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** An etcd client for Java that knows nothing of us: jetcd. */
class JetcdTest {
  @Test
  void jetcdReadsAndWritesAndOutlivesALeader() {
    Clusters.patient(
        3,
        cluster -> {
          String[] endpoints =
              cluster.endpoints().stream().map(e -> "http://" + e).toArray(String[]::new);
          try (Client client = Client.builder().endpoints(endpoints).build()) {
            KV kv = client.getKVClient();
            putsGetsAndDeletes(kv);
            comparesAndSwaps(kv);

            MemberProcess leader = Clusters.awaitLeader(cluster);
            leader.kill();
            Clusters.awaitLeader(cluster);
            // What was on its way to the member that is gone fails, and is for us to repeat.
            var stored = answered(() -> kv.put(bytes("after"), bytes("1")));
            assertThat(stored.getHeader().getRevision()).isPositive();
            assertThat(answered(() -> kv.get(bytes("after"))).getKvs())
                .extracting(e -> text(e.getValue()))
                .containsExactly("1");
            assertThat(answered(() -> kv.get(bytes("a"))).getKvs())
                .extracting(e -> text(e.getValue()))
                .containsExactly("3");
          }
        });
  }

  private static void putsGetsAndDeletes(KV kv) {
    await(kv.put(bytes("a"), bytes("1")));
    var replaced = await(kv.put(bytes("a"), bytes("2"), PutOption.builder().withPrevKV().build()));
    assertThat(text(replaced.getPrevKv().getValue())).isEqualTo("1");
    await(kv.put(bytes("dir/1"), bytes("x")));
    await(kv.put(bytes("dir/2"), bytes("y")));

    var listed = await(kv.get(bytes("dir/"), GetOption.builder().isPrefix(true).build())).getKvs();
    assertThat(listed).extracting(KeyValue::getVersion).containsExactly(1L, 1L);
    assertThat(listed).extracting(e -> text(e.getKey())).containsExactly("dir/1", "dir/2");

    var deleted = await(kv.delete(bytes("dir/"), DeleteOption.builder().isPrefix(true).build()));
    assertThat(deleted.getDeleted()).isEqualTo(2);
  }

  private static void comparesAndSwaps(KV kv) {
    var isTwo = new Cmp(bytes("a"), Cmp.Op.EQUAL, CmpTarget.value(bytes("2")));
    var swap = Op.put(bytes("a"), bytes("3"), PutOption.DEFAULT);
    var read = Op.get(bytes("a"), GetOption.DEFAULT);

    var first = await(kv.txn().If(isTwo).Then(swap).Else(read).commit());
    var second = await(kv.txn().If(isTwo).Then(swap).Else(read).commit());

    assertThat(first.isSucceeded()).isTrue();
    assertThat(second.isSucceeded()).isFalse();
    assertThat(text(second.getGetResponses().getFirst().getKvs().getFirst().getValue()))
        .isEqualTo("3");
  }

  private static <T> T answered(Supplier<CompletableFuture<T>> call) {
    return Awaitility.await()
        .atMost(Clusters.PATIENCE)
        .pollDelay(Duration.ZERO)
        .ignoreExceptions()
        .until(() -> await(call.get()), _ -> true);
  }

  private static <T> T await(CompletableFuture<T> call) {
    try {
      return call.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private static String text(ByteSequence bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
