package dev.keelson.chaos.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntToLongFunction;
import java.util.regex.Pattern;

/** Whose the other end of a loopback connection is, by what Linux tells of processes. */
final class SocketOwners {
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** The table is not read at one moment: a row may be missed while others come and go. */
  private static final int LOOKS = 5;

  private final int members;
  private final IntToLongFunction pidOf;

  SocketOwners(int members, IntToLongFunction pidOf) {
    this.members = members;
    this.pidOf = pidOf;
  }

  /** The member that opened a connection from this port to that one, if one of them did. */
  OptionalInt ownerOf(int fromPort, int toPort) throws IOException {
    OptionalInt owner = look(fromPort, toPort);
    for (int looks = 1; looks < LOOKS && owner.isEmpty(); looks++) {
      owner = look(fromPort, toPort);
    }
    return owner;
  }

  private OptionalInt look(int fromPort, int toPort) throws IOException {
    OptionalLong inode = OptionalLong.empty();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      if (inode.isEmpty() && Files.exists(Path.of(table))) {
        inode = inode(Path.of(table), fromPort, toPort);
      }
    }
    if (inode.isPresent()) {
      String link = "socket:[" + inode.getAsLong() + "]";
      for (int member = 0; member < members; member++) {
        if (has(pidOf.applyAsLong(member), link)) {
          return OptionalInt.of(member);
        }
      }
    }
    return OptionalInt.empty();
  }

  private static OptionalLong inode(Path table, int fromPort, int toPort) throws IOException {
    for (String line : Files.readAllLines(table)) {
      List<String> fields = BLANKS.splitAsStream(line.trim()).toList();
      if (fields.size() > 9
          && !fields.getFirst().equals("sl")
          && port(fields.get(1)) == fromPort
          && port(fields.get(2)) == toPort) {
        return OptionalLong.of(Long.parseLong(fields.get(9)));
      }
    }
    return OptionalLong.empty();
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), 16);
  }

  private static boolean has(long pid, String link) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : files) {
        if (target(file).equals(link)) {
          return true;
        }
      }
    } catch (IOException e) {
      // A process that has ended has no connections.
      return false;
    }
    return false;
  }

  private static String target(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException e) {
      // Closed since it was listed.
      return "";
    }
  }
}
