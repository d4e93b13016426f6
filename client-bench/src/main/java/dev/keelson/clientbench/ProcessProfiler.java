package dev.keelson.clientbench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/** CPU an operation of the whole process, and the platform threads that the client has. */
public final class ProcessProfiler implements InternalProfiler {
  static final String CPU = "cpu";
  static final String THREADS = "threads";

  private static final String CALLERS = "jmh-worker";

  private final OperatingSystemMXBean process =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final Set<Long> before = new HashSet<>();
  private long threads;
  private long cpuNanos;

  @Override
  public String getDescription() {
    return "CPU an operation and threads of the client";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    if (before.isEmpty()) {
      // The client is opened within the first iteration.
      Arrays.stream(ManagementFactory.getThreadMXBean().getAllThreadIds()).forEach(before::add);
    }
    // Not behind an iteration: the last one closes the client.
    threads = ownThreads();
    cpuNanos = process.getProcessCpuTime();
  }

  @Override
  public List<ScalarResult> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double micros = (process.getProcessCpuTime() - cpuNanos) / 1e3;
    long operations = result.getMetadata().getAllOps();
    return List.of(
        new ScalarResult(CPU, micros / Math.max(1, operations), "us/op", AggregationPolicy.AVG),
        new ScalarResult(THREADS, threads, "threads", AggregationPolicy.MAX));
  }

  private long ownThreads() {
    var all = ManagementFactory.getThreadMXBean();
    return Arrays.stream(all.getThreadInfo(all.getAllThreadIds()))
        .filter(Objects::nonNull)
        .filter(thread -> !before.contains(thread.getThreadId()))
        .map(ThreadInfo::getThreadName)
        .filter(name -> !name.contains(CALLERS))
        .count();
  }
}
