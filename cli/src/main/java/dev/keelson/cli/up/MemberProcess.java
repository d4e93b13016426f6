package dev.keelson.cli.up;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run of one member. The child holds the read end of a pipe whose other end only this process
 * holds, so that it ends with this process even when nobody can tell it to.
 */
final class MemberProcess {
  private static final long LOG_BYTES_KEPT = 32L << 20;
  private static final int LAST_LINE_WINDOW_BYTES = 8 << 10;

  private final Process process;
  private final Path log;

  private MemberProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * @param command the java command that runs {@code keelson}, without arguments
   */
  static MemberProcess start(List<String> command, List<String> flags, Path log)
      throws IOException {
    var line = new ArrayList<>(command);
    line.add("server");
    line.add("--stop-with-stdin");
    line.addAll(flags);
    rotate(log);
    var builder = new ProcessBuilder(line);
    // What is meant for one member in this shell would else be meant for each of ours.
    builder.environment().keySet().removeIf(name -> name.startsWith("KEELSON_"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new MemberProcess(builder.start(), log);
  }

  private static void rotate(Path log) throws IOException {
    if (Files.exists(log) && Files.size(log) > LOG_BYTES_KEPT) {
      Files.move(log, old(log), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Keeps the log of a running member within bounds: the child appends, wherever the end is, so the
   * file may be emptied under it once a copy is made.
   */
  void boundLog() throws IOException {
    if (Files.size(log) > LOG_BYTES_KEPT) {
      Files.copy(log, old(log), StandardCopyOption.REPLACE_EXISTING);
      try (var file = new RandomAccessFile(log.toFile(), "rw")) {
        file.setLength(0);
      }
    }
  }

  private static Path old(Path log) {
    return log.resolveSibling(log.getFileName() + ".1");
  }

  Process process() {
    return process;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Asks the member to stop. */
  void stop() {
    process.destroy();
  }

  /** Waits for the end; past the deadline there is no more asking. */
  void awaitEnd(long timeoutMillis) throws InterruptedException {
    if (!process.waitFor(timeoutMillis, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  /** How it ended, in words: an exit code, or the signal behind it. */
  static String ending(int exitCode) {
    return switch (exitCode) {
      case 128 + 9 -> "killed (signal 9)";
      case 128 + 15 -> "terminated (signal 15)";
      case 128 + 2 -> "interrupted (signal 2)";
      case 128 + 6 -> "aborted (signal 6)";
      case 128 + 11 -> "crashed (signal 11)";
      default -> "exit code " + exitCode;
    };
  }

  /** The last thing it said; empty when it said nothing. */
  String lastLogLine() {
    try (var file = new RandomAccessFile(log.toFile(), "r")) {
      long from = Math.max(0, file.length() - LAST_LINE_WINDOW_BYTES);
      byte[] end = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.readFully(end);
      return new String(end, StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .reduce("", (_, last) -> last);
    } catch (IOException e) {
      return "";
    }
  }

  Path log() {
    return log;
  }
}
