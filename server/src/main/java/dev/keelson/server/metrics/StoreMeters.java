package dev.keelson.server.metrics;

import dev.keelson.storage.mvcc.MvccStore;
import dev.keelson.storage.mvcc.StoreStats;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/** {@code etcd_mvcc_*}, {@code etcd_disk_*} and what is told of leases. */
record StoreMeters(MetricSources sources) {
  void register(Families families) {
    registerSizes(families);
    registerOperations(families);
    registerHistory(families);
    registerDisk(families);
    registerScrub(families);
    registerLeases(families);
    registerWatches(families);
  }

  private void registerSizes(Families families) {
    families.gauge(
        "etcd_mvcc_db_total_size_in_bytes", "Bytes on disk", sized(StoreStats::bytesOnDisk));
    families.gauge(
        "etcd_mvcc_db_total_size_in_use_in_bytes",
        "Bytes of all stored versions",
        sized(StoreStats::bytesInUse));
    families.gauge("etcd_debugging_mvcc_keys_total", "Keys", sized(StoreStats::keys));
  }

  /** Of the store in use, kept open meanwhile. */
  private DoubleSupplier sized(ToDoubleFunction<StoreStats> size) {
    return () -> {
      try (var held = sources.store().hold()) {
        return size.applyAsDouble(held.store().stats());
      }
    };
  }

  /** A snapshot that is installed takes these back to 0, as a restart does. */
  private void registerOperations(Families families) {
    families.counter("etcd_mvcc_put_total", "Puts", () -> store().operations().puts());
    families.counter("etcd_mvcc_delete_total", "Deletes", () -> store().operations().deletes());
    families.counter("etcd_mvcc_range_total", "Ranges", () -> store().operations().ranges());
    families.counter(
        "etcd_mvcc_txn_total",
        "Commands of more than one operation",
        () -> store().operations().txns());
    families.gauge(
        "etcd_debugging_mvcc_total_put_size_in_bytes",
        "Bytes of keys and values put",
        () -> store().operations().putBytes());
  }

  private void registerHistory(Families families) {
    families.gauge(
        "etcd_debugging_mvcc_current_revision", "Newest revision", () -> store().revision());
    families.gauge(
        "etcd_debugging_mvcc_compact_revision",
        "Revision of the last compaction",
        () -> store().compactRevision());
    families.counter(
        "etcd_debugging_mvcc_db_compaction_keys_total",
        "Versions removed behind compactions",
        () -> store().compactor().removedVersions());
  }

  private void registerDisk(Families families) {
    var stages = sources.stages();
    families.histogram(
        "etcd_disk_wal_fsync_duration_seconds",
        "Time of an fdatasync of the log",
        stages.wal().measures().syncs());
    families.gauge(
        "etcd_disk_wal_write_bytes_total",
        "Bytes of entries made durable in the log",
        () -> stages.wal().measures().bytes());
    families.histogram(
        "etcd_disk_backend_commit_duration_seconds",
        "Time the store takes for a batch of entries",
        stages.apply().measures().commits());
  }

  private void registerScrub(Families families) {
    var scrub = sources.scrub();
    families.counter(
        "keelson_scrub_passes_total", "Times that all files were read for damage", scrub::passes);
    families.counter("keelson_scrub_bytes_total", "Bytes that were read for damage", scrub::bytes);
  }

  private void registerLeases(Families families) {
    var leases = sources.leases();
    families.counter(
        "etcd_debugging_lease_granted_total", "Leases granted", () -> leases.get().granted());
    families.counter(
        "etcd_debugging_lease_revoked_total", "Leases revoked", () -> leases.get().revoked());
    families.counter(
        "etcd_debugging_lease_renewed_total",
        "Leases renewed by this member as leader",
        () -> leases.get().renewed());
    families.counter(
        "etcd_debugging_server_lease_expired_total",
        "Leases this member, as leader, let expire",
        () -> leases.get().expired());
    families.gauge("keelson_leases", "Leases that exist", () -> leases.get().leases());
  }

  private void registerWatches(Families families) {
    var watches = sources.watches();
    families.gauge("etcd_debugging_mvcc_watcher_total", "Watchers", () -> watches.get().watchers());
    families.gauge(
        "etcd_debugging_mvcc_watch_stream_total", "Watch streams", () -> watches.get().streams());
    families.gauge(
        "etcd_debugging_mvcc_slow_watcher_total",
        "Watchers that are behind and told from history",
        () -> watches.get().watchersBehind());
    families.counter(
        "etcd_debugging_mvcc_events_total",
        "Events told to watchers",
        () -> watches.get().eventsTold());
    families.gauge(
        "keelson_watch_slow_streams",
        "Watch streams whose clients do not take what they are told",
        () -> watches.get().slowStreams());
    families.gauge(
        "keelson_watch_waiting_bytes",
        "Bytes of events that clients have not taken yet",
        () -> watches.get().waitingBytes());
  }

  private MvccStore store() {
    return sources.store().current();
  }
}
