package dev.keelson.server.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Every setting of a member, in the order of the help. The one table behind the command line, the
 * environment, the file, the help and the operating guide.
 */
public enum Flag {
  NAME(Section.MEMBER, "name", "default", "name of this member, unique in its cluster"),
  DATA_DIR(Section.MEMBER, "data-dir", "", "data directory (<name>.keelson when empty)"),
  WAL_DIR(Section.MEMBER, "wal-dir", "", "log directory (<data-dir>/wal when empty)"),
  LISTEN_CLIENT_URLS(
      Section.MEMBER,
      "listen-client-urls",
      "http://localhost:2379",
      "where clients are served; hosts are IPs or localhost"),
  LISTEN_PEER_URLS(
      Section.MEMBER,
      "listen-peer-urls",
      "http://localhost:2380",
      "where peers are served; hosts are IPs or localhost"),

  ADVERTISE_CLIENT_URLS(
      Section.CLUSTER,
      "advertise-client-urls",
      "http://localhost:2379",
      "client URLs told to others; required when listen-client-urls is given"),
  INITIAL_ADVERTISE_PEER_URLS(
      Section.CLUSTER,
      "initial-advertise-peer-urls",
      "http://localhost:2380",
      "peer URLs told to others"),
  INITIAL_CLUSTER(
      Section.CLUSTER,
      "initial-cluster",
      "",
      "members at the birth of the cluster, name=url,... (<name>=<initial-advertise-peer-urls>"
          + " when empty)"),
  INITIAL_CLUSTER_STATE(Section.CLUSTER, "initial-cluster-state", "new", "'new' or 'existing'"),
  INITIAL_CLUSTER_TOKEN(
      Section.CLUSTER,
      "initial-cluster-token",
      "etcd-cluster",
      "keeps clusters apart that have equal members"),
  STRICT_RECONFIG_CHECK(
      Section.CLUSTER,
      "strict-reconfig-check",
      "true",
      "refuse changes of the members that would leave no working majority"),
  MAX_LEARNERS(Section.CLUSTER, "max-learners", "1", "learners that the cluster may have"),
  HEARTBEAT_INTERVAL(
      Section.CLUSTER, "heartbeat-interval", "100", "milliseconds between a leader's heartbeats"),
  ELECTION_TIMEOUT(
      Section.CLUSTER,
      "election-timeout",
      "1000",
      "milliseconds without a leader before an election; 5 heartbeats to 50000"),
  // Not etcd's 10000: there it writes a small file, here it flushes the store.
  SNAPSHOT_COUNT(
      Section.CLUSTER,
      "snapshot-count",
      "1000000",
      "applied entries after which the store is flushed and the log behind it may go"),
  SNAPSHOT_CATCHUP_ENTRIES(
      Section.CLUSTER,
      "snapshot-catchup-entries",
      "5000",
      "log entries kept behind that point for late followers"),

  LEASE_CHECKPOINT_INTERVAL(
      Section.CLUSTER,
      "lease-checkpoint-interval",
      "5m",
      "time between two records of what is left of a long lease; at least 1s"),

  QUOTA_BACKEND_BYTES(
      Section.LIMITS,
      "quota-backend-bytes",
      "0",
      "largest store; 0 is two fifths of its disk, a negative number is no quota"),
  AUTO_COMPACTION_MODE(
      Section.LIMITS,
      "auto-compaction-mode",
      "periodic",
      "'periodic' keeps the history of a time, 'revision' a number of revisions"),
  AUTO_COMPACTION_RETENTION(
      Section.LIMITS,
      "auto-compaction-retention",
      "0",
      "history that is kept: 5m, 1h30m, a plain number for hours, or a number of revisions; 0 keeps"
          + " all"),
  MAX_REQUEST_BYTES(Section.LIMITS, "max-request-bytes", "1572864", "largest client request"),
  MAX_TXN_OPS(Section.LIMITS, "max-txn-ops", "128", "operations in one branch of a transaction"),
  // Not etcd's four thousand million: every stream costs memory (MEM-bound).
  MAX_CONCURRENT_STREAMS(
      Section.LIMITS,
      "max-concurrent-streams",
      "10000",
      "requests and watches at one time on one client connection"),
  WATCH_PROGRESS_NOTIFY_INTERVAL(
      Section.LIMITS,
      "watch-progress-notify-interval",
      "10m",
      "time between two progress messages to an idle watch that asked for them; at least 100ms"),
  CORS(
      Section.LIMITS,
      "cors",
      "*",
      "origins whose pages may read answers over HTTP, scheme://host:port,...; '*' for all"),
  HOST_WHITELIST(
      Section.LIMITS,
      "host-whitelist",
      "*",
      "host names by which the client port may be called over HTTP, name,...; '*' for all"),

  AUTH_TOKEN(
      Section.AUTH,
      "auth-token",
      "simple",
      "tokens that a login hands out: 'simple', 'jwt,sign-method=M,...' or empty for none"),
  AUTH_TOKEN_TTL(
      Section.AUTH,
      "auth-token-ttl",
      "300",
      "seconds that a simple token lives without being used"),
  BCRYPT_COST(
      Section.AUTH,
      "bcrypt-cost",
      "10",
      "cost of a password's hash, 4 to 31; each step doubles it"),

  WAL_SEGMENT_BYTES(
      Section.RESOURCES, "wal-segment-bytes", "67108864", "size of one file of the log"),
  WAL_CACHE_BYTES(
      Section.RESOURCES,
      "wal-cache-bytes",
      "1048576",
      "recent log entries kept in memory for followers"),
  BLOCK_CACHE_BYTES(
      Section.RESOURCES, "block-cache-bytes", "134217728", "blocks of the store kept in memory"),
  MEMTABLE_BYTES(
      Section.RESOURCES,
      "memtable-bytes",
      "67108864",
      "changes gathered in memory before the store writes them"),
  SNAPSHOT_SEND_RATE_BYTES(
      Section.RESOURCES,
      "snapshot-send-rate-bytes",
      "0",
      "bytes a second when a snapshot is sent to a follower; 0 is no bound"),

  SCRUB_INTERVAL(
      Section.RESOURCES,
      "scrub-interval",
      "24h",
      "time from one reading of all files for damage to the next; 0 is never"),
  SCRUB_RATE_BYTES(
      Section.RESOURCES, "scrub-rate-bytes", "5000000", "bytes a second of that reading"),

  LOG_LEVEL(Section.COMMAND, "log-level", "info", "'debug', 'info', 'warn' or 'error'"),
  CONFIG_FILE(
      Section.COMMAND, "config-file", "", "YAML file of these settings; flags and environment win"),
  VERSION(Section.COMMAND, "version", "false", "print the version and exit"),
  HELP(Section.COMMAND, "help", "false", "print this help and exit"),
  /** For the supervisor, whose end must be the end of its members however it comes. */
  STOP_WITH_STDIN(Section.HIDDEN, "stop-with-stdin", "false", "stop when standard input is closed");

  /** The headings of the help. */
  public enum Section {
    MEMBER("Member"),
    CLUSTER("Cluster"),
    LIMITS("Limits"),
    AUTH("Authentication"),
    RESOURCES("Resources"),
    COMMAND("Command"),
    HIDDEN("");

    private final String title;

    Section(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }
  }

  static final String ENVIRONMENT_PREFIX = "KEELSON_";

  private final Section section;
  private final String flagName;
  private final String defaultText;
  private final String meaning;

  Flag(Section section, String flagName, String defaultText, String meaning) {
    this.section = section;
    this.flagName = flagName;
    this.defaultText = defaultText;
    this.meaning = meaning;
  }

  static Optional<Flag> named(String name) {
    return Arrays.stream(values()).filter(flag -> flag.flagName.equals(name)).findFirst();
  }

  /** The names a suggestion may offer. */
  static List<String> visibleNames() {
    return Arrays.stream(values())
        .filter(flag -> flag.section != Section.HIDDEN)
        .map(Flag::flagName)
        .toList();
  }

  public Section section() {
    return section;
  }

  /** Without the dashes. */
  public String flagName() {
    return flagName;
  }

  public String environmentName() {
    return ENVIRONMENT_PREFIX + flagName.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  public String defaultText() {
    return defaultText;
  }

  public String meaning() {
    return meaning;
  }

  boolean isBoolean() {
    return defaultText.equals("false") || defaultText.equals("true");
  }

  /** What is done once, not set: neither the environment nor the file knows it. */
  boolean isCommandLineOnly() {
    return defaultText.equals("false");
  }
}
