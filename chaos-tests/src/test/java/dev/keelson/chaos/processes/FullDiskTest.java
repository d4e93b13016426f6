package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.conformance.process.MemberProcess;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.server.External;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A disk that fills up under one of three members: it stops and says why, and nothing is lost. */
class FullDiskTest {
  private static final String SMALL = "16m";
  private static final String LARGE = "512m";

  @Test
  void aMemberOnAFullDiskStopsAndComesBackWithRoom() {
    Assumptions.assumeFalse(Programs.isEtcd(), "an etcd preallocates more than the small disk");
    Clusters.prepared(
        3,
        cluster -> {
          MemberProcess cramped = cluster.member(2);
          Path disk = cramped.spec().dataDir();
          External.needsMount(mount(disk));
          try {
            fillAndRecover(cluster, cramped, disk);
          } finally {
            cramped.close();
            assertThat(run("umount", disk.toString())).as("%s is unmounted", disk).isTrue();
          }
        },
        "--wal-segment-bytes=1048576",
        "--quota-backend-bytes=-1");
  }

  private static void fillAndRecover(ProcessCluster cluster, MemberProcess cramped, Path disk) {
    cluster.startAll();
    var writers = Writers.start(cluster.endpoints(), 8, "full", 16 * 1024);
    try (writers) {
      await().atMost(Duration.ofMinutes(10)).until(() -> !cramped.isAlive());
      assertThat(cramped.exitCodeWithin(Clusters.PATIENCE))
          .hasValueSatisfying(code -> assertThat(code).isNotZero());
      assertThat(cramped.logText()).containsIgnoringCase("no space left on device");

      // The others go on.
      writers.mark();
      await().atMost(Clusters.PATIENCE).until(() -> writers.firstAnswerAfterMark().isPresent());

      assertThat(run("mount", "-o", "remount,size=" + LARGE, disk.toString())).isTrue();
      cramped.start();
      cramped.awaitServing(ProcessCluster.STARTS_WITHIN);
    }
    StoreCheck.everyAckIsThere(cramped.endpoint(), writers.acks());
    StoreCheck.hashesAgree(cluster);
  }

  private static boolean mount(Path disk) {
    try {
      Files.createDirectories(disk);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return run("mount", "-t", "tmpfs", "-o", "size=" + SMALL, "keelson-test", disk.toString());
  }

  private static boolean run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
