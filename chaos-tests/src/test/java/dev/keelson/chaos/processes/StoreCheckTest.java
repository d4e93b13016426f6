package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The checks find what they are there to find. */
class StoreCheckTest {
  private static final Keys KEYS = new Keys(ByteString.copyFromUtf8(Writers.PREFIX));

  @Test
  void aLostOrChangedPutAndAnotherHistoryAreFound() {
    var patient = List.of(Clusters.PATIENT);
    try (var one = ProcessCluster.start(Programs.underTest(), 1, patient);
        var other = ProcessCluster.start(Programs.underTest(), 1, patient)) {
      String here = one.endpoints().getFirst();
      long revision = put(here, "a", "1");
      put(other.endpoints().getFirst(), "a", "2");
      var kept = new Writers.Ack(Writers.PREFIX + "a", "1", revision);
      StoreCheck.everyAckIsThere(here, List.of(kept));

      assertFound(here, kept, new Writers.Ack(Writers.PREFIX + "lost", "1", revision + 1));
      assertFound(here, kept, new Writers.Ack(Writers.PREFIX + "a", "1", revision + 1));
      assertFound(here, new Writers.Ack(Writers.PREFIX + "a", "changed", revision));
      assertFound(here, kept, kept);
      assertThatThrownBy(() -> StoreCheck.hashesAgree(List.of(here, other.endpoints().getFirst())))
          .isInstanceOf(AssertionError.class);

      put(here, "a", "1");
      assertFound(here, kept);
    }
  }

  private static void assertFound(String endpoint, Writers.Ack... acks) {
    assertThatThrownBy(() -> StoreCheck.everyAckIsThere(endpoint, List.of(acks)))
        .isInstanceOf(AssertionError.class);
  }

  private static long put(String endpoint, String name, String value) {
    try (Store store = Store.connect(endpoint)) {
      return store.put(KEYS.put(name, value)).getHeader().getRevision();
    }
  }
}
