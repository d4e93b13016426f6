package dev.keelson.server.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** {@code process_*}, {@code os_fd_*} and {@code jvm_*}. */
record ProcessMeters() {
  private static final Path STATUS = Path.of("/proc/self/status");

  void register(Families families, MeterRegistry registry) {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    registerCollections(families);
    registerMemory(families);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      registerUnix(families, unix);
    }
    families.gauge(
        "process_start_time_seconds",
        "Start, in seconds since 1970",
        () -> ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
  }

  /** Not Micrometer's: that one listens, and would miss what was before the first scrape. */
  private static void registerCollections(Families families) {
    families.counters(
        "jvm_gc_collection_seconds_total",
        "Time in collections",
        List.of("gc"),
        eachCollector(collector -> collector.getCollectionTime() / 1e3));
    families.counters(
        "jvm_gc_collections_total",
        "Collections",
        List.of("gc"),
        eachCollector(GarbageCollectorMXBean::getCollectionCount));
  }

  private static Consumer<Families.Sink> eachCollector(
      ToDoubleFunction<GarbageCollectorMXBean> number) {
    return sink ->
        ManagementFactory.getGarbageCollectorMXBeans()
            .forEach(collector -> sink.value(number.applyAsDouble(collector), collector.getName()));
  }

  private static void registerUnix(Families families, UnixOperatingSystemMXBean unix) {
    families.counter(
        "process_cpu_seconds_total",
        "Processor time, of user and system",
        () -> unix.getProcessCpuTime() / 1e9);
    families.gauge("process_open_fds", "Open file descriptors", unix::getOpenFileDescriptorCount);
    families.gauge("process_max_fds", "Most file descriptors", unix::getMaxFileDescriptorCount);
    families.gauge("os_fd_used", "Open file descriptors", unix::getOpenFileDescriptorCount);
    families.gauge("os_fd_limit", "Most file descriptors", unix::getMaxFileDescriptorCount);
  }

  private static void registerMemory(Families families) {
    families.gauges(
        "process_resident_memory_bytes", "Memory in use", List.of(), fromStatus("VmRSS:"));
    families.gauges(
        "process_virtual_memory_bytes", "Address space in use", List.of(), fromStatus("VmSize:"));
  }

  /** Nothing where the system does not tell: only Linux does in this way. */
  private static Consumer<Families.Sink> fromStatus(String line) {
    return sink -> {
      try (var lines = Files.lines(STATUS)) {
        lines
            .filter(text -> text.startsWith(line))
            .forEach(text -> sink.value(1_024.0 * Long.parseLong(text.replaceAll("\\D", ""))));
      } catch (IOException | NumberFormatException e) {
        return;
      }
    };
  }
}
