package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.cli.up.Rehearsal;
import dev.keelson.server.Etcdctl;
import dev.keelson.server.External;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class UpProcessTest {
  @TempDir private Path scratch;
  private int base;

  @BeforeEach
  void findPorts() throws IOException {
    base = Rehearsal.freeBase();
  }

  @Test
  void threeMembersServeAndKeepWhatTheyWereToldOverAStop()
      throws IOException, InterruptedException {
    External.needsEtcdctl();
    try (var up = KeelsonProcess.start(scratch, "up", "--port-base=" + base)) {
      up.awaitLine("Ctrl-C stops all members.");
      assertThat(up.lines()).anyMatch(line -> line.startsWith("3 members serve after"));
      // None where the leader itself did not answer in a second: its name is not known then.
      assertThat(up.lines()).filteredOn(line -> line.endsWith("  leader")).hasSizeLessThan(2);
      assertPrints("OK\n", "put", "greeting", "hello");
      stop(up);
    }
    // The directory knows its ports and its size.
    try (var up = KeelsonProcess.start(scratch, "up")) {
      up.awaitLine("Ctrl-C stops all members.");
      assertPrints("greeting\nhello\n", "get", "greeting");
      stop(up);
    }
  }

  private static void stop(KeelsonProcess up) throws InterruptedException {
    List<ProcessHandle> members = up.children();
    assertThat(members).hasSize(3);
    up.terminate();
    assertThat(up.awaitExit()).isEqualTo(128 + 15);
    assertThat(up.lines()).contains("All members stopped; their data is kept.");
    assertThat(members).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void aKilledMemberIsReportedAndComesBack() throws IOException, InterruptedException {
    External.needsEtcdctl();
    try (var up = KeelsonProcess.start(scratch, "up", "--port-base=" + base)) {
      up.awaitLine("Ctrl-C stops all members.");
      up.children().getFirst().destroyForcibly();

      up.awaitLine(" is down: killed (signal 9); starts again in 1 s");
      up.awaitLine(" is back");
      assertPrints("OK\n", "put", "greeting", "again");
      stop(up);
    }
  }

  @Test
  void aMemberLeftDownStaysDown() throws IOException, InterruptedException {
    try (var up =
        KeelsonProcess.start(scratch, "up", "--members=1", "--no-restart", "--port-base=" + base)) {
      up.awaitLine("Ctrl-C stops all members.");
      up.children().getFirst().destroyForcibly();

      up.awaitLine("m1 is down: killed (signal 9)");
      assertThat(up.lines()).noneMatch(line -> line.contains("starts again"));
      up.terminate();
      assertThat(up.awaitExit()).isEqualTo(128 + 15);
    }
  }

  @Test
  void noMemberOutlivesAConsoleThatWasKilled() throws IOException {
    try (var up = KeelsonProcess.start(scratch, "up", "--port-base=" + base)) {
      up.awaitLine("Ctrl-C stops all members.");
      List<ProcessHandle> members = up.children();
      up.kill();

      Awaitility.await()
          .atMost(KeelsonProcess.PATIENCE)
          .until(() -> members.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  @Test
  void aBusyPortIsOneLineAndLeavesNothingBehind() throws IOException, InterruptedException {
    try (var taken = new ServerSocket(base + 30_000, 1, InetAddress.ofLiteral("127.0.0.1"));
        var up = KeelsonProcess.start(scratch, "up", "--port-base=" + base)) {
      assertThat(up.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(up.lines())
          .containsExactly(
              "keelson up: port %d is in use; stop what listens there or choose another --port-base"
                  .formatted(taken.getLocalPort()));
    }
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void aSecondConsoleOnTheSameDirectoryIsRefused() throws IOException, InterruptedException {
    try (var first = KeelsonProcess.start(scratch, "up", "--members=1", "--port-base=" + base)) {
      first.awaitLine("Ctrl-C stops all members.");
      try (var second = KeelsonProcess.start(scratch, "up")) {
        assertThat(second.awaitExit()).isEqualTo(ExitCode.FAILED);
        assertThat(second.lines())
            .singleElement()
            .asString()
            .endsWith("keelson-data: another keelson up is running there");
      }
      assertThat(first.children()).hasSize(1);
    }
  }

  @Test
  void aMemberWithADamagedLogIsOneLineAndNoMemberIsLeft() throws IOException, InterruptedException {
    try (var up = KeelsonProcess.start(scratch, "up", "--members=1", "--port-base=" + base)) {
      up.awaitLine("Ctrl-C stops all members.");
      up.terminate();
      assertThat(up.awaitExit()).isEqualTo(128 + 15);
    }
    Path identity = scratch.resolve("keelson-data/m1/data/MEMBER");
    Files.writeString(identity, "something else");
    try (var up = KeelsonProcess.start(scratch, "up")) {
      assertThat(up.awaitExit()).isEqualTo(ExitCode.FAILED);
      assertThat(up.lines())
          .filteredOn(line -> !line.startsWith("still waiting for "))
          .singleElement()
          .asString()
          .startsWith("keelson up: m1 did not start: ")
          .contains("member.log");
      assertThat(up.children()).isEmpty();
    }
    assertThat(identity).hasContent("something else");
  }

  private void assertPrints(String expected, String... arguments) {
    var endpoints =
        IntStream.of(0, 20_000, 30_000).mapToObj(above -> "127.0.0.1:" + (base + above)).toList();
    var command =
        Stream.concat(
            Stream.of("--command-timeout=30s", "--dial-timeout=30s"), Stream.of(arguments));
    var etcdctl = new Etcdctl(endpoints);
    String[] words = command.toArray(String[]::new);
    // Refused while members elect a leader: on a busy machine, and after one was killed.
    Etcdctl.Result result =
        Awaitility.await()
            .atMost(KeelsonProcess.PATIENCE)
            .until(() -> etcdctl.run(words), tried -> tried.exitCode() == 0);
    assertThat(result.out()).as("%s: %s", List.of(arguments), result.err()).isEqualTo(expected);
  }
}
