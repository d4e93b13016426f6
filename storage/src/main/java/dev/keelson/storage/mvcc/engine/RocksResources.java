package dev.keelson.storage.mvcc.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WriteBufferManager;

/** The native objects that tune a database and must outlive it. */
final class RocksResources implements AutoCloseable {
  private static final double BLOOM_BITS_PER_KEY = 10;
  private static final double MEMTABLE_BLOOM_SHARE = 0.05;
  // A file with many deletes close together is rewritten soon: compaction gives its space back,
  // and scans do not wade through what is gone.
  private static final long DELETES_WINDOW = 32 << 10;
  private static final long DELETES_TRIGGER = 16 << 10;
  private static final double DELETES_SHARE = 0.5;
  // Twice the default: half the rewriting of the indexes, for a few more filters to ask.
  private static final int FILES_BEFORE_COMPACTION = 8;
  // A memtable looks for a key's place from that of the last one with the same first byte: changes
  // arrive in order, and a batch's index entries too. The Java API has no setter for it.
  private static final String INSERT_HINTS = "memtable_insert_with_hint_prefix_extractor";
  private static final String BY_FIRST_BYTE = "rocksdb.FixedPrefix.1";

  private final DBOptions options = new DBOptions();
  private final List<ColumnFamilyOptions> families = new ArrayList<>();
  private final Cache cache;
  private final List<AbstractNativeReference> owned = new ArrayList<>();

  private RocksResources(Cache cache) {
    this.cache = cache;
  }

  static RocksResources allocate(EngineConfig config) {
    loadLibrary();
    var resources = new RocksResources(new LRUCache(config.blockCacheBytes()));
    resources.tune(config);
    for (Family family : Family.byNumber()) {
      resources.families.add(resources.tune(family, config));
    }
    return resources;
  }

  private static void loadLibrary() {
    try {
      RocksLibrary.load();
    } catch (RuntimeException | LinkageError e) {
      // It may be unpacked into the temporary directory first, which may be full or not executable.
      throw new EngineException(
          "the RocksDB library cannot be loaded on this machine (%s, %s): %s"
              .formatted(
                  System.getProperty("os.name"),
                  System.getProperty("os.arch"),
                  firstLine(String.valueOf(e.getMessage()))),
          e);
    }
  }

  static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  DBOptions options() {
    return options;
  }

  ColumnFamilyOptions familyOptions(Family family) {
    return families.get(family.number());
  }

  long cacheBytes() {
    return cache instanceof LRUCache lru ? lru.getUsage() : 0;
  }

  private void tune(EngineConfig config) {
    var memtables = own(new WriteBufferManager(config.writeBufferBytes(), cache));
    options
        .setAtomicFlush(true)
        .setParanoidChecks(true)
        .setWriteBufferManager(memtables)
        .setMaxOpenFiles(config.maxOpenFiles())
        .setMaxBackgroundJobs(config.backgroundJobs())
        // A failed background write ends the member; it is never retried (anchor 2).
        .setMaxBgErrorResumeCount(0)
        // Only an asked-for flush may run ahead of a stop: see KvEngine.close.
        .setAvoidFlushDuringShutdown(true)
        .setStatsDumpPeriodSec(0)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(4L << 20)
        .setKeepLogFileNum(3);
  }

  private ColumnFamilyOptions tune(Family family, EngineConfig config) {
    var table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setCacheIndexAndFilterBlocks(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            .setBlockSize(8 << 10);
    var tuned =
        familyOptions()
            .setWriteBufferSize(config.writeBufferBytes())
            .setLevel0FileNumCompactionTrigger(FILES_BEFORE_COMPACTION)
            .setCompressionType(CompressionType.NO_COMPRESSION);
    switch (family) {
      case META, HISTORY, LEASES -> {}
      case LATEST -> {
        // Most puts and gets ask for one exact key, and many puts for one that is not there.
        table
            .setFilterPolicy(own(new BloomFilter(BLOOM_BITS_PER_KEY)))
            .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
            .setDataBlockHashTableUtilRatio(0.75);
        tuned
            .setMemtableWholeKeyFiltering(true)
            .setMemtablePrefixBloomSizeRatio(MEMTABLE_BLOOM_SHARE);
      }
      case CHANGES -> {
        if (config.compressed()) {
          tuned
              .setCompressionType(CompressionType.LZ4_COMPRESSION)
              .setBottommostCompressionType(CompressionType.LZ4_COMPRESSION);
        }
      }
    }
    return tuned.setTableFormatConfig(table);
  }

  /** Only general options take a collector, so that a family's options begin as such. */
  private ColumnFamilyOptions familyOptions() {
    var collector =
        own(
            TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                DELETES_WINDOW, DELETES_TRIGGER, DELETES_SHARE));
    var properties = new Properties();
    properties.setProperty(INSERT_HINTS, BY_FIRST_BYTE);
    try (var database = new DBOptions();
        var hinted = ColumnFamilyOptions.getColumnFamilyOptionsFromProps(properties);
        var general = new Options(database, hinted)) {
      general.setTablePropertiesCollectorFactory(List.of(collector));
      return own(new ColumnFamilyOptions(general));
    }
  }

  private <T extends AbstractNativeReference> T own(T reference) {
    owned.add(reference);
    return reference;
  }

  @Override
  public void close() {
    options.close();
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).close();
    }
    cache.close();
  }
}
