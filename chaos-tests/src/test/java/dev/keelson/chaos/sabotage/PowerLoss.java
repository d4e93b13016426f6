package dev.keelson.chaos.sabotage;

import dev.keelson.chaos.harness.Environment;
import dev.keelson.chaos.harness.Links;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * A cluster of members that never sync, under which a kill is a loss of power: what was written
 * last to a log is gone, as it may be where nothing was made durable.
 */
final class PowerLoss implements Environment {
  private static final int LOST_BYTES = 16 * 1024;
  private static final int HEADER_BYTES = 1024;

  private final Environment members;
  private final Path directory;

  PowerLoss(Environment members, Path directory) {
    this.members = members;
    this.directory = directory;
  }

  @Override
  public void kill(int member) {
    members.kill(member);
    try {
      loseTail(directory.resolve("m" + member));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void loseTail(Path data) throws IOException {
    List<Path> segments;
    try (Stream<Path> files = Files.walk(data)) {
      segments =
          files
              .filter(file -> file.toString().endsWith(".wal"))
              .sorted(Comparator.reverseOrder())
              .toList();
    }
    for (Path segment : segments) {
      byte[] content = Files.readAllBytes(segment);
      int end = content.length;
      while (end > 0 && content[end - 1] == 0) {
        end--;
      }
      // A segment that was only prepared has a header and nothing to lose.
      if (end > HEADER_BYTES) {
        // Of a slow machine's short log not everything.
        int lost = Math.min(LOST_BYTES, end / 2);
        try (var channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.allocate(lost), end - lost);
        }
        return;
      }
    }
  }

  @Override
  public List<String> endpoints() {
    return members.endpoints();
  }

  @Override
  public void start(int member) {
    members.start(member);
  }

  @Override
  public boolean isRunning(int member) {
    return members.isRunning(member);
  }

  @Override
  public void terminate(int member) {
    members.terminate(member);
  }

  @Override
  public void pause(int member) {
    members.pause(member);
  }

  @Override
  public boolean isPaused(int member) {
    return members.isPaused(member);
  }

  @Override
  public void resume(int member) {
    members.resume(member);
  }

  @Override
  public OptionalInt leader() {
    return members.leader();
  }

  @Override
  public Links links() {
    return members.links();
  }

  @Override
  public Path log(int member) {
    return members.log(member);
  }

  @Override
  public void close() {
    members.close();
  }
}
