package dev.keelson.server.config;

import dev.keelson.server.auth.TokenSetting;
import dev.keelson.server.http.HttpPolicy;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything one member is told at its start; complete, validated, immutable. Where a flag of etcd
 * means the same thing, so does its value here.
 */
public record ServerConfig(
    Identity identity,
    Listeners listeners,
    InitialCluster initialCluster,
    Membership membership,
    Timing timing,
    Limits limits,
    AutoCompaction autoCompaction,
    Auth auth,
    HttpPolicy http,
    Resources resources,
    LogLevel logLevel) {

  /** The configuration that flags alone make; what a test of a member starts from. */
  public static ServerConfig of(String... args) throws ConfigException {
    return new ConfigBuilder(Flags.parse(List.of(args))).build();
  }

  /**
   * Who the member is and where it keeps what it knows.
   *
   * @param walDir inside {@code dataDir} unless told otherwise
   */
  public record Identity(String name, Path dataDir, Path walDir) {}

  /**
   * Where the member listens, and what it tells others. Listen URLs hold an IP or localhost; all
   * lists have at least one element.
   */
  public record Listeners(
      List<MemberUrl> listenClientUrls,
      List<MemberUrl> advertiseClientUrls,
      List<MemberUrl> listenPeerUrls,
      List<MemberUrl> advertisePeerUrls) {
    public Listeners {
      listenClientUrls = List.copyOf(listenClientUrls);
      advertiseClientUrls = List.copyOf(advertiseClientUrls);
      listenPeerUrls = List.copyOf(listenPeerUrls);
      advertisePeerUrls = List.copyOf(advertisePeerUrls);
    }
  }

  /**
   * How the cluster is born; of no effect on a member that has data.
   *
   * @param members peer URLs by member name, in the order given; holds this member
   * @param token salt of the cluster id
   */
  public record InitialCluster(Map<String, List<MemberUrl>> members, State state, String token) {
    /** Whether the cluster is made now or stands already. */
    public enum State {
      NEW,
      EXISTING
    }

    public InitialCluster {
      var copy = new LinkedHashMap<String, List<MemberUrl>>();
      members.forEach((name, urls) -> copy.put(name, List.copyOf(urls)));
      members = Collections.unmodifiableMap(copy);
    }
  }

  /**
   * How the members may change.
   *
   * @param strictReconfigCheck whether changes that endanger the majority are refused
   */
  public record Membership(boolean strictReconfigCheck, int maxLearners) {}

  /**
   * Raft's rhythm.
   *
   * @param electionTimeoutMillis at least five heartbeats, at most 50 seconds
   * @param snapshotCount applied entries after which the store is flushed and the log behind it may
   *     be released
   * @param snapshotCatchupEntries entries kept behind that point for followers that are a little
   *     late
   * @param leaseCheckpointNanos between two records of what is left of a long lease
   * @param watchProgressMillis between two progress messages to an idle watch that asked for them
   */
  public record Timing(
      int heartbeatIntervalMillis,
      int electionTimeoutMillis,
      long snapshotCount,
      long snapshotCatchupEntries,
      long leaseCheckpointNanos,
      long watchProgressMillis) {}

  /**
   * What a client may ask for.
   *
   * @param quotaBackendBytes 0 for what fits the disk, negative for no quota
   * @param maxConcurrentStreams HTTP/2 streams of one client connection
   */
  public record Limits(
      long quotaBackendBytes, int maxRequestBytes, int maxTxnOps, int maxConcurrentStreams) {}

  /**
   * How clients prove who they are.
   *
   * @param bcryptCost of new passwords
   */
  public record Auth(TokenSetting tokens, int bcryptCost) {}

  /** Which history goes by itself. */
  public sealed interface AutoCompaction {
    /** None. */
    record Off() implements AutoCompaction {}

    /** What was replaced longer ago than this. */
    record Periodic(long retentionNanos) implements AutoCompaction {}

    /** All but so many revisions. */
    record Revisions(long count) implements AutoCompaction {}
  }

  /**
   * What the member may use of its machine. All in bytes.
   *
   * @param walCacheBytes recent log entries kept in memory for followers
   * @param blockCacheBytes RocksDB's blocks in memory
   * @param memtableBytes RocksDB's memtables, all column families together
   * @param snapshotSendBytesPerSecond 0 for no bound
   * @param scrub how what is on disk is read for damage
   */
  public record Resources(
      long walSegmentBytes,
      long walCacheBytes,
      long blockCacheBytes,
      long memtableBytes,
      long snapshotSendBytesPerSecond,
      Scrub scrub) {

    /** Of a member whose disk is not read for damage. */
    public Resources(
        long walSegmentBytes,
        long walCacheBytes,
        long blockCacheBytes,
        long memtableBytes,
        long snapshotSendBytesPerSecond) {
      this(
          walSegmentBytes,
          walCacheBytes,
          blockCacheBytes,
          memtableBytes,
          snapshotSendBytesPerSecond,
          Scrub.NEVER);
    }
  }

  /**
   * How what is on disk is read for damage.
   *
   * @param intervalNanos from one pass to the next; 0 for none
   */
  public record Scrub(long intervalNanos, long bytesPerSecond) {
    public static final Scrub NEVER = new Scrub(0, 1);
  }

  /** The least that is worth a line. */
  public enum LogLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR
  }
}
