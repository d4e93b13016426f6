package dev.keelson.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the kernel knows of processes and of the whole machine, read from {@code /proc}. */
record ProcessTable(Path root) {
  /** The unit of the kernel's process times is 1/100 s for user space on every architecture. */
  private static final long NANOS_PER_TICK = 10_000_000;

  // Fields of /proc/PID/stat after the name in brackets, which may itself hold spaces.
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;
  private static final int START_TIME = 19;

  /**
   * @param startTicks when the process began: another value means another process
   * @param cpuNanos user and system time, all threads
   * @param residentBytes memory that the process holds now
   */
  record Sample(long pid, long startTicks, long cpuNanos, long residentBytes) {}

  static ProcessTable ofThisMachine() {
    return new ProcessTable(Path.of("/proc"));
  }

  /**
   * Time that all processors together were not idle, since the machine started.
   *
   * @throws BenchException where the kernel does not say
   */
  long busyNanos() throws BenchException {
    try (var lines = Files.lines(root.resolve("stat"), StandardCharsets.UTF_8)) {
      String[] fields = lines.findFirst().orElse("").split(" +", -1);
      long ticks = 0;
      // cpu user nice system idle iowait irq softirq steal; guests are part of user and nice
      for (int field : new int[] {1, 2, 3, 6, 7, 8}) {
        ticks += Long.parseLong(fields[field]);
      }
      return ticks * NANOS_PER_TICK;
    } catch (IOException | UncheckedIOException e) {
      throw new BenchException("--server-pids needs Linux: " + e);
    }
  }

  List<Sample> samples(List<Long> pids) throws BenchException {
    var samples = new ArrayList<Sample>();
    for (long pid : pids) {
      samples.add(sample(pid));
    }
    return samples;
  }

  Sample sample(long pid) throws BenchException {
    var directory = root.resolve(Long.toString(pid));
    try {
      String stat = Files.readString(directory.resolve("stat"), StandardCharsets.UTF_8);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
      return new Sample(
          pid,
          Long.parseLong(fields[START_TIME]),
          ticks * NANOS_PER_TICK,
          residentBytes(directory.resolve("status")));
    } catch (IOException e) {
      if (!Files.isDirectory(root.resolve("self"))) {
        throw new BenchException("--server-pids needs Linux: there is no " + root);
      }
      throw new BenchException("no server process " + pid + " on this machine");
    }
  }

  private static long residentBytes(Path status) throws IOException {
    for (String line : Files.readAllLines(status, StandardCharsets.UTF_8)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    return 0; // a process that has ended but was not yet waited for
  }
}
