package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.Member;
import dev.keelson.api.etcdserverpb.MemberAddRequest;
import dev.keelson.api.etcdserverpb.MemberListRequest;
import dev.keelson.api.etcdserverpb.MemberRemoveRequest;
import dev.keelson.api.etcdserverpb.MoveLeaderRequest;
import dev.keelson.conformance.process.MemberProcess;
import dev.keelson.conformance.process.MemberSpec;
import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.server.FreePorts;
import dev.keelson.storage.disk.PosixDisk;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Directories and files that are not what a member may trust: a clear line, and nothing lost. */
class DamagedDataTest {
  private static final Keys KEYS = new Keys(ByteString.copyFromUtf8("kept/"));
  private static final Duration ENDS_WITHIN = Clusters.PATIENCE;

  /** Where a segment's header has its version, after eight bytes of magic. */
  private static final int VERSION_AT = 8;

  @BeforeEach
  void onlyForKeelson() {
    Assumptions.assumeFalse(Programs.isEtcd(), "these are Keelson's files and messages");
  }

  @Test
  void aSecondProcessOnTheSameDirectoryIsRefused() {
    Clusters.patient(
        1,
        cluster -> {
          MemberProcess first = cluster.member(0);
          put(first, "a", "1");
          MemberSpec spec = first.spec();
          var ports = new FreePorts();
          var second =
              new MemberSpec(
                  spec.name(),
                  spec.dataDir(),
                  ports.next(),
                  spec.peerPort(),
                  spec.initialCluster(),
                  spec.token(),
                  spec.flags());
          assertRefused(cluster, second, spec.dataDir().toString());
          put(first, "a", "2");
          assertThat(get(first, "a")).isEqualTo("2");
        });
  }

  @Test
  void aDirectoryThatIsNotOursIsLeftAsItIs() {
    Clusters.patient(
        1,
        cluster -> {
          MemberProcess member = cluster.member(0);
          member.stop();
          Path foreign = cluster.scratch().resolve("somebody-elses");
          write(foreign.resolve("letter.txt"), "do not touch");

          assertRefused(
              cluster,
              member.spec().withDataDir(foreign),
              foreign.toString(),
              "is not a Keelson data directory");

          assertThat(filesIn(foreign)).containsExactly(foreign.resolve("letter.txt"));
        });
  }

  @Test
  void anotherMembersDirectoryIsRefusedAndStaysItsOwn() {
    Clusters.patient(
        3,
        cluster -> {
          put(cluster.member(0), "a", "1");
          cluster.member(1).stop();
          cluster.member(2).stop();
          MemberSpec second = cluster.member(1).spec();

          assertRefused(
              cluster,
              second.withDataDir(cluster.member(2).spec().dataDir()),
              cluster.member(2).spec().dataDir().toString());

          cluster.startAll();
          assertThat(get(cluster.member(2), "a")).isEqualTo("1");
          StoreCheck.hashesAgree(cluster);
        });
  }

  @Test
  void aMemberFileWithAnotherIdIsRefused() {
    Clusters.patient(
        1,
        cluster -> {
          MemberProcess member = cluster.member(0);
          put(member, "a", "1");
          member.stop();
          Path file = member.spec().dataDir().resolve("MEMBER");
          String original = read(file);
          List<String> lines = original.lines().toList();
          String stranger =
              String.join("\n", lines.get(0), lines.get(1), "1234abcd", lines.get(3)) + "\n";
          write(file, stranger);

          assertRefused(cluster, member.spec(), member.spec().dataDir().toString());

          assertThat(read(file)).isEqualTo(stranger);
          write(file, original);
          cluster.startAll();
          assertThat(get(member, "a")).isEqualTo("1");
        });
  }

  @Test
  void aLogOfAnotherVersionIsRefusedAndKept() {
    Clusters.patient(
        1,
        cluster -> {
          MemberProcess member = cluster.member(0);
          put(member, "a", "1");
          member.stop();
          Path segment = lastSegment(member);
          int version = readInt(segment, VERSION_AT);
          writeInt(segment, VERSION_AT, version + 1);

          assertRefused(cluster, member.spec(), segment.getFileName().toString(), "version");

          writeInt(segment, VERSION_AT, version);
          cluster.startAll();
          assertThat(get(member, "a")).isEqualTo("1");
        });
  }

  @Test
  void aFlippedBitInTheLogIsRefusedWithItsPlaceAndNothingIsCut() {
    Clusters.patient(
        1,
        cluster -> {
          MemberProcess member = cluster.member(0);
          for (int i = 0; i < 200; i++) {
            put(member, "k" + i, "value " + i);
          }
          member.kill();
          Path segment = lastSegment(member);
          int middle = (int) (endOfData(segment) / 2);
          int before = readInt(segment, middle);
          writeInt(segment, middle, before ^ 0x0010_0000);

          assertDamaged(cluster, member.spec(), segment.getFileName().toString(), "offset");

          assertThat(readInt(segment, middle)).isEqualTo(before ^ 0x0010_0000);
          writeInt(segment, middle, before);
          cluster.startAll();
          assertThat(get(member, "k199")).isEqualTo("value 199");
        });
  }

  /** A write that the power cut short; the others have what this member now lacks. */
  @Test
  void aTornTailIsCutAndTheMemberCatchesUp() {
    Clusters.patient(
        3,
        cluster -> {
          MemberProcess victim = Clusters.follower(cluster);
          var writers = Writers.start(cluster.endpoints(), 8, "torn");
          try (writers) {
            for (int cut : new int[] {1, 7, 40}) {
              writers.awaitMore(100);
              victim.kill();
              Path segment = lastSegment(victim);
              eraseFrom(segment, endOfData(segment) - cut);
              handOver(cluster, victim);
              victim.start();
              victim.awaitServing(ProcessCluster.STARTS_WITHIN);
            }
          }
          StoreCheck.everyAckIsThere(victim.endpoint(), writers.acks());
          StoreCheck.hashesAgree(cluster);
        });
  }

  /**
   * The procedure of the operating guide, "A damaged disk", for each kind of file: the others go on
   * meanwhile, and nothing acknowledged is missing on the member that was replaced.
   */
  @Test
  void aMemberWithADamagedDiskIsRemovedWipedAndAddedAgain() {
    Clusters.patient(
        3,
        cluster -> {
          Clusters.awaitLeader(cluster);
          MemberProcess victim = cluster.member(2);
          var writers = Writers.start(cluster.endpoints(), 4, "repair");
          try (writers) {
            writers.awaitMore(500);
            long id = idOf(cluster, victim);
            victim.kill();
            Path segment = lastSegment(victim);
            int middle = (int) (endOfData(segment) / 2);
            writeInt(segment, middle, readInt(segment, middle) ^ 0x0100_0000);
            assertDamaged(cluster, victim.spec(), segment.getFileName().toString(), "offset");

            repair(cluster, victim, id);

            writers.awaitMore(200);
            id = idOf(cluster, victim);
            victim.stop();
            Path table = firstTable(victim);
            cutInHalf(table);
            assertDamaged(cluster, victim.spec(), table.getFileName().toString(), "remove");

            repair(cluster, victim, id);

            writers.awaitMore(200);
          }
          StoreCheck.everyAckIsThere(victim.endpoint(), writers.acks());
          StoreCheck.hashesAgree(cluster);
          assertThat(membersOf(cluster)).hasSize(3);
        });
  }

  /**
   * What was erased may have been acknowledged, and a leader that heard so may tell the member that
   * it is committed before it has it again: the member stops then, as it must. The next leader
   * assumes nothing.
   */
  private static void handOver(ProcessCluster cluster, MemberProcess victim) {
    MemberProcess before = Clusters.awaitLeader(cluster);
    MemberProcess heir =
        cluster.members().stream()
            .filter(member -> !member.equals(before) && !member.equals(victim))
            .findFirst()
            .orElseThrow();
    try (Store leader = Store.connect(before.endpoint());
        Store next = Store.connect(heir.endpoint())) {
      long target = Clusters.answered(next::memberList).getHeader().getMemberId();
      var request = MoveLeaderRequest.newBuilder().setTargetID(target).build();
      await()
          .atMost(Clusters.PATIENCE)
          .until(
              () -> {
                try {
                  var _ = leader.maintenance().moveLeader(request);
                } catch (StatusRuntimeException e) {
                  // Too late, or it does not lead any more: what counts is who does.
                }
                return Clusters.awaitLeader(cluster).equals(heir);
              });
    }
  }

  private static long idOf(ProcessCluster cluster, MemberProcess member) {
    return membersOf(cluster).stream()
        .filter(known -> known.getPeerURLsList().contains(member.spec().peerUrl()))
        .findFirst()
        .orElseThrow()
        .getID();
  }

  private static List<Member> membersOf(ProcessCluster cluster) {
    try (Store store = Store.connect(cluster.member(0).endpoint())) {
      // Linearizable: a member tells its own, older list otherwise.
      var request = MemberListRequest.newBuilder().setLinearizable(true).build();
      return Clusters.answered(() -> store.cluster().memberList(request)).getMembersList();
    }
  }

  /** Remove, wipe, add; a change may have to wait until the cluster is sure of its members. */
  private static void repair(ProcessCluster cluster, MemberProcess victim, long id) {
    Path data = victim.spec().dataDir();
    try (Store store = Store.connect(cluster.member(0).endpoint())) {
      var gone = MemberRemoveRequest.newBuilder().setID(id).build();
      change(
          () -> store.cluster().memberRemove(gone),
          () -> membersOf(cluster).stream().noneMatch(known -> known.getID() == id));
      deleteTree(data);
      String url = victim.spec().peerUrl();
      var added = MemberAddRequest.newBuilder().addPeerURLs(url).build();
      change(
          () -> store.cluster().memberAdd(added),
          () ->
              membersOf(cluster).stream().anyMatch(known -> known.getPeerURLsList().contains(url)));
    }
    victim.respecify(victim.spec().withFlags("--initial-cluster-state=existing"));
    victim.start();
    victim.awaitServing(ProcessCluster.STARTS_WITHIN);
  }

  private static void change(Runnable request, BooleanSupplier isMade) {
    await()
        .atMost(ENDS_WITHIN)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
        .until(
            () -> {
              // An attempt that was given up may have been made all the same.
              if (!isMade.getAsBoolean()) {
                request.run();
              }
              return isMade.getAsBoolean();
            });
  }

  private static Path firstTable(MemberProcess member) {
    try (Stream<Path> files = Files.walk(member.spec().dataDir().resolve("state"))) {
      return files
          .filter(file -> file.toString().endsWith(".sst"))
          .sorted()
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void cutInHalf(Path file) {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteTree(Path directory) {
    try {
      new PosixDisk().deleteTree(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertRefused(ProcessCluster cluster, MemberSpec spec, String... said) {
    assertRefused(cluster, spec, 1, said);
  }

  private static void assertDamaged(ProcessCluster cluster, MemberSpec spec, String... said) {
    assertRefused(cluster, spec, 72, said);
  }

  /** It ends by itself, soon, with this exit code and one line that says all of this. */
  private static void assertRefused(
      ProcessCluster cluster, MemberSpec spec, int exitCode, String... said) {
    Path log = newLog(cluster);
    try (var refused = new MemberProcess(Programs.underTest(), spec, log)) {
      refused.start();
      assertThat(refused.exitCodeWithin(ENDS_WITHIN)).as(refused.logText()).hasValue(exitCode);
      assertThat(refused.logText().lines().filter(line -> line.startsWith("keelson server: ")))
          .as(refused.logText())
          .hasSize(1)
          .allSatisfy(line -> assertThat(line).contains(said));
      assertThat(refused.logText()).doesNotContain("\tat ");
    }
  }

  private static Path newLog(ProcessCluster cluster) {
    try {
      return Files.createTempFile(cluster.scratch(), "refused", ".log");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(MemberProcess member, String name, String value) {
    try (Store store = Store.connect(member.endpoint())) {
      var stored = Clusters.answered(() -> store.put(KEYS.put(name, value)));
      assertThat(stored.getHeader().getRevision()).isPositive();
    }
  }

  private static String get(MemberProcess member, String name) {
    try (Store store = Store.connect(member.endpoint())) {
      return Clusters.answered(() -> store.valueOf(KEYS.at(name)));
    }
  }

  private static Path lastSegment(MemberProcess member) {
    List<Path> segments =
        filesIn(member.spec().dataDir().resolve("wal")).stream()
            .filter(file -> endOfData(file) > 0)
            .sorted()
            .toList();
    assertThat(segments).isNotEmpty();
    return segments.getLast();
  }

  private static List<Path> filesIn(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One past the last byte that is not zero: segments are longer than what is written. */
  private static long endOfData(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      int end = bytes.length;
      while (end > 0 && bytes[end - 1] == 0) {
        end--;
      }
      return end;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void eraseFrom(Path file, long offset) {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate((int) (endOfData(file) - offset)), offset);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int readInt(Path file, long offset) {
    var buffer = ByteBuffer.allocate(Integer.BYTES);
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.read(buffer, offset);
      return buffer.getInt(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeInt(Path file, long offset, int value) {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(Integer.BYTES).putInt(0, value), offset);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
