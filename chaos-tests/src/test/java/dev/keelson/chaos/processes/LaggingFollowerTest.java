package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.conformance.process.MemberProcess;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A member that was away for longer than the log remembers. */
class LaggingFollowerTest {
  /** Small files and a short memory: a minute's absence is as a week's. */
  private static final String[] SHORT_MEMORY = {
    "--snapshot-count=500", "--snapshot-catchup-entries=100"
  };

  /**
   * More than may be on its way to a follower in 256 appends of 16 writers, and enough for the
   * leader to notice in the meantime that nobody answers.
   */
  private static final int MISSED = 8_000;

  @Test
  @Tag("DV-hash")
  void aFollowerThatMissedMoreThanTheLogCatchesUpBySnapshot() {
    Clusters.with(
        3,
        cluster -> {
          MemberProcess late = Clusters.follower(cluster);
          var writers = Writers.start(cluster.endpoints(), 16, "lagging");
          try (writers) {
            writers.awaitAcknowledged(200);
            late.stop();
            writers.awaitMore(MISSED);
            late.start();
            late.awaitServing(ProcessCluster.STARTS_WITHIN);
            writers.awaitMore(200);
          }
          StoreCheck.everyAckIsThere(late.endpoint(), writers.acks());
          StoreCheck.hashesAgree(cluster);
          assertThat(late.logText()).containsPattern(installed());

          // What it got by snapshot it must be able to start from.
          late.kill();
          late.start();
          late.awaitServing(ProcessCluster.STARTS_WITHIN);
          StoreCheck.everyAckIsThere(late.endpoint(), writers.acks());
          StoreCheck.hashesAgree(cluster);
        },
        shortMemory());
  }

  /** The follower stands still rather than stops, so that its clients' streams stay open. */
  @Test
  @Tag("210")
  void aWatcherOfAFollowerThatMissedMoreThanTheLogIsToldAllOfItOnce() {
    Clusters.with(
        3,
        cluster -> {
          MemberProcess late = Clusters.follower(cluster);
          var others =
              cluster.members().stream()
                  .filter(m -> !m.equals(late))
                  .map(MemberProcess::endpoint)
                  .toList();
          var keys = new Keys(ByteString.copyFromUtf8(Writers.PREFIX));
          try (var store = Store.connect(late.endpoint());
              var watch = store.watch()) {
            long told = watch.create(keys.watchEverything()).getHeader().getRevision();
            var writers = Writers.start(others, 16, "partitioned");
            try (writers) {
              writers.awaitAcknowledged(200);
              late.pause();
              writers.awaitMore(MISSED);
              late.resume();
              writers.awaitMore(200);
            }
            long last = writers.acks().stream().mapToLong(ack -> ack.revision()).max().orElse(0);
            while (told < last) {
              // Each put is a revision of its own, and none has another key.
              for (var event : watch.nextEvents(0).getEventsList()) {
                assertThat(event.getKv().getModRevision()).isEqualTo(told + 1);
                told++;
              }
            }
          }
          assertThat(late.logText()).containsPattern(installed());
          StoreCheck.hashesAgree(cluster);
        },
        shortMemory());
  }

  private static Pattern installed() {
    return Pattern.compile(
        Programs.isEtcd() ? "(?i)applied snapshot" : "installed snapshot index=[0-9]+");
  }

  private static String[] shortMemory() {
    return Programs.isEtcd()
        ? SHORT_MEMORY
        : Stream.concat(Stream.of(SHORT_MEMORY), Stream.of("--wal-segment-bytes=1048576"))
            .toArray(String[]::new);
  }
}
