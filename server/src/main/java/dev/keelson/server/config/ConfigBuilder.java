package dev.keelson.server.config;

import dev.keelson.server.auth.TokenSetting;
import dev.keelson.server.config.ServerConfig.AutoCompaction;
import dev.keelson.server.http.HttpPolicy;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Turns settings into a configuration, or says which of them cannot be. */
final class ConfigBuilder {
  private static final long LEAST_LEASE_CHECKPOINT_NANOS = 1_000_000_000;
  private static final long KIBIBYTE = 1L << 10;
  private static final long MEBIBYTE = 1L << 20;
  private static final long GIBIBYTE = 1L << 30;
  private static final long DEFAULT_WATCH_PROGRESS_MILLIS = 600_000;
  private static final long LEAST_WATCH_PROGRESS_MILLIS = 100;
  private static final long LEAST_SCRUB_NANOS = 1_000_000_000;
  private static final int MAX_ELECTION_MILLIS = 50_000;
  private static final int HEARTBEATS_PER_ELECTION = 5;
  // A request must fit into one entry of the log, and an entry into one array.
  private static final long MAX_REQUEST_BYTES = 512 * MEBIBYTE;
  // The longest time that 64 bits of nanoseconds hold.
  private static final long MAX_HOURS = 2_562_047;
  private static final Pattern PLAIN_NUMBER = Pattern.compile("[0-9]+");
  private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://[^/?#\\s]+");
  private static final Pattern NAME = Pattern.compile("[^\\s,=/\\\\]{1,255}");

  private final Settings settings;

  ConfigBuilder(Settings settings) {
    this.settings = settings;
  }

  ServerConfig build() throws ConfigException {
    String name = settings.text(Flag.NAME);
    if (!NAME.matcher(name).matches()) {
      throw settings.refuse(
          Flag.NAME, "must be 1 to 255 characters without spaces, commas, '=' and slashes");
    }
    var identity = identity(name);
    var listeners = listeners();
    return new ServerConfig(
        identity,
        listeners,
        initialCluster(name, listeners.advertisePeerUrls()),
        membership(),
        timing(),
        limits(),
        autoCompaction(),
        auth(),
        http(),
        resources(),
        logLevel());
  }

  private ServerConfig.Identity identity(String name) throws ConfigException {
    String given = settings.text(Flag.DATA_DIR);
    Path dataDir =
        given.isEmpty() ? path(Flag.NAME, name + ".keelson") : path(Flag.DATA_DIR, given);
    String wal = settings.text(Flag.WAL_DIR);
    Path walDir = wal.isEmpty() ? dataDir.resolve("wal") : path(Flag.WAL_DIR, wal);
    if (walDir.equals(dataDir)) {
      throw settings.refuse(Flag.WAL_DIR, "must not be the data directory itself");
    }
    return new ServerConfig.Identity(name, dataDir, walDir);
  }

  private Path path(Flag flag, String text) throws ConfigException {
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw settings.refuse(flag, "is no valid path");
    }
  }

  private ServerConfig.Listeners listeners() throws ConfigException {
    if (settings.has(Flag.LISTEN_CLIENT_URLS) && !settings.has(Flag.ADVERTISE_CLIENT_URLS)) {
      throw ConfigException.invalid(
          "--advertise-client-urls is required when --listen-client-urls is given: clients and"
              + " members must be told where to reach this member");
    }
    var clients = listenUrls(Flag.LISTEN_CLIENT_URLS);
    var peers = listenUrls(Flag.LISTEN_PEER_URLS);
    for (MemberUrl url : peers) {
      boolean shared = clients.stream().anyMatch(url::collidesWith);
      if (shared) {
        throw settings.refuse(
            Flag.LISTEN_PEER_URLS, url + " is also in --listen-client-urls; use another port");
      }
    }
    return new ServerConfig.Listeners(
        clients,
        advertisedUrls(Flag.ADVERTISE_CLIENT_URLS),
        peers,
        advertisedUrls(Flag.INITIAL_ADVERTISE_PEER_URLS));
  }

  private List<MemberUrl> listenUrls(Flag flag) throws ConfigException {
    var urls = urls(flag);
    for (MemberUrl url : urls) {
      if (!url.isAddressOrLocalhost()) {
        throw settings.refuse(
            flag, "'" + url.host() + "' is a name; a listener needs an IP address or localhost");
      }
    }
    return urls;
  }

  private List<MemberUrl> advertisedUrls(Flag flag) throws ConfigException {
    var urls = urls(flag);
    for (MemberUrl url : urls) {
      requireReachable(flag, url);
    }
    return urls;
  }

  private void requireReachable(Flag flag, MemberUrl url) throws ConfigException {
    if (url.port() == 0) {
      throw settings.refuse(flag, url + " has port 0, which nobody can connect to");
    }
    if (url.isWildcard()) {
      throw settings.refuse(
          flag, url + " is every address and thus none; name one that others can connect to");
    }
  }

  private List<MemberUrl> urls(Flag flag) throws ConfigException {
    var urls = new ArrayList<MemberUrl>();
    for (String part : settings.text(flag).split(",", -1)) {
      MemberUrl url = url(flag, part.strip());
      if (urls.stream().anyMatch(url::collidesWith)) {
        throw settings.refuse(flag, url + " is there twice");
      }
      urls.add(url);
    }
    return urls;
  }

  private MemberUrl url(Flag flag, String text) throws ConfigException {
    try {
      return MemberUrl.parse(text);
    } catch (ConfigException e) {
      throw settings.refuse(flag, "'" + text + "' " + e.line());
    }
  }

  private ServerConfig.InitialCluster initialCluster(String name, List<MemberUrl> advertised)
      throws ConfigException {
    var members = members(name, advertised);
    var own = members.get(name);
    if (own == null) {
      throw settings.refuse(
          Flag.INITIAL_CLUSTER,
          "does not hold this member, --name=%s; known are %s"
              .formatted(name, String.join(", ", members.keySet())));
    }
    if (!canonical(own).equals(canonical(advertised))) {
      throw settings.refuse(
          Flag.INITIAL_CLUSTER,
          "gives member %s the peer URLs %s, but --initial-advertise-peer-urls is %s"
              .formatted(name, own, advertised));
    }
    var state =
        switch (settings.text(Flag.INITIAL_CLUSTER_STATE)) {
          case "new" -> ServerConfig.InitialCluster.State.NEW;
          case "existing" -> ServerConfig.InitialCluster.State.EXISTING;
          default ->
              throw settings.refuse(Flag.INITIAL_CLUSTER_STATE, "must be 'new' or 'existing'");
        };
    return new ServerConfig.InitialCluster(
        members, state, settings.text(Flag.INITIAL_CLUSTER_TOKEN));
  }

  private static Set<MemberUrl> canonical(List<MemberUrl> urls) {
    var set = new HashSet<MemberUrl>();
    urls.forEach(url -> set.add(url.canonical()));
    return set;
  }

  private Map<String, List<MemberUrl>> members(String name, List<MemberUrl> advertised)
      throws ConfigException {
    var members = new LinkedHashMap<String, List<MemberUrl>>();
    String text = settings.text(Flag.INITIAL_CLUSTER);
    if (text.isEmpty()) {
      members.put(name, advertised);
      return members;
    }
    var owners = new LinkedHashMap<MemberUrl, String>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals < 1) {
        throw settings.refuse(
            Flag.INITIAL_CLUSTER, "'" + part + "' must have the form name=http://host:port");
      }
      String member = part.substring(0, equals).strip();
      MemberUrl url = url(Flag.INITIAL_CLUSTER, part.substring(equals + 1).strip());
      requireReachable(Flag.INITIAL_CLUSTER, url);
      String owner = owners.put(url.canonical(), member);
      if (owner != null) {
        throw settings.refuse(
            Flag.INITIAL_CLUSTER,
            owner.equals(member)
                ? "%s is there twice for member %s".formatted(url, member)
                : "%s belongs to two members, %s and %s".formatted(url, owner, member));
      }
      members.computeIfAbsent(member, _ -> new ArrayList<>()).add(url);
    }
    return members;
  }

  private ServerConfig.Timing timing() throws ConfigException {
    int heartbeat = (int) number(Flag.HEARTBEAT_INTERVAL, 1, MAX_ELECTION_MILLIS);
    int election = (int) number(Flag.ELECTION_TIMEOUT, 1, Integer.MAX_VALUE);
    if (election < HEARTBEATS_PER_ELECTION * heartbeat) {
      throw settings.refuse(
          Flag.ELECTION_TIMEOUT,
          "must be at least 5 times --heartbeat-interval, which is "
              + heartbeat
              + ", so at least "
              + HEARTBEATS_PER_ELECTION * heartbeat);
    }
    if (election > MAX_ELECTION_MILLIS) {
      throw settings.refuse(Flag.ELECTION_TIMEOUT, "must be at most " + MAX_ELECTION_MILLIS);
    }
    return new ServerConfig.Timing(
        heartbeat,
        election,
        number(Flag.SNAPSHOT_COUNT, 1, Long.MAX_VALUE),
        number(Flag.SNAPSHOT_CATCHUP_ENTRIES, 0, Long.MAX_VALUE),
        leaseCheckpointNanos(),
        watchProgressMillis());
  }

  private long leaseCheckpointNanos() throws ConfigException {
    var flag = Flag.LEASE_CHECKPOINT_INTERVAL;
    long nanos = GoDuration.parse(settings.text(flag)).orElse(0);
    if (nanos < LEAST_LEASE_CHECKPOINT_NANOS) {
      throw settings.refuse(flag, "must be a time such as 10s or 5m, at least 1s");
    }
    return nanos;
  }

  private long watchProgressMillis() throws ConfigException {
    var flag = Flag.WATCH_PROGRESS_NOTIFY_INTERVAL;
    String text = settings.text(flag);
    long millis = text.equals("0") ? 0 : GoDuration.parse(text).orElse(-1) / 1_000_000;
    if (millis == 0) {
      return DEFAULT_WATCH_PROGRESS_MILLIS; // as etcd takes its own default
    }
    if (millis < LEAST_WATCH_PROGRESS_MILLIS) {
      throw settings.refuse(flag, "must be a time such as 5s or 10m, at least 100ms");
    }
    return millis;
  }

  private ServerConfig.Membership membership() throws ConfigException {
    boolean strict =
        switch (settings.text(Flag.STRICT_RECONFIG_CHECK)) {
          case "true" -> true;
          case "false" -> false;
          default -> throw settings.refuse(Flag.STRICT_RECONFIG_CHECK, "must be true or false");
        };
    return new ServerConfig.Membership(
        strict, (int) number(Flag.MAX_LEARNERS, 0, Integer.MAX_VALUE));
  }

  private ServerConfig.Limits limits() throws ConfigException {
    long quota = bytes(Flag.QUOTA_BACKEND_BYTES, Long.MIN_VALUE, Long.MAX_VALUE);
    return new ServerConfig.Limits(
        quota,
        (int) bytes(Flag.MAX_REQUEST_BYTES, 1, MAX_REQUEST_BYTES),
        (int) number(Flag.MAX_TXN_OPS, 1, Integer.MAX_VALUE),
        // etcd's own default, 2^32 - 1, is taken as "as many as there can be".
        (int) Math.min(number(Flag.MAX_CONCURRENT_STREAMS, 1, 0xFFFF_FFFFL), Integer.MAX_VALUE));
  }

  private ServerConfig.Auth auth() throws ConfigException {
    long ttl = number(Flag.AUTH_TOKEN_TTL, 1, Integer.MAX_VALUE);
    return new ServerConfig.Auth(
        new TokenSetting(settings.text(Flag.AUTH_TOKEN), ttl, GoDuration::parse),
        (int) number(Flag.BCRYPT_COST, Integer.MIN_VALUE, Integer.MAX_VALUE));
  }

  private HttpPolicy http() throws ConfigException {
    var origins = listed(Flag.CORS);
    for (var origin : origins) {
      if (!origin.equals(HttpPolicy.ANY) && !ORIGIN.matcher(origin).matches()) {
        throw settings.refuse(Flag.CORS, "'" + origin + "' is no origin: scheme://host:port or *");
      }
    }
    return new HttpPolicy(origins, listed(Flag.HOST_WHITELIST));
  }

  /** None is all, as in etcd. */
  private Set<String> listed(Flag flag) throws ConfigException {
    String text = settings.text(flag);
    if (text.isBlank()) {
      return Set.of(HttpPolicy.ANY);
    }
    var listed = new LinkedHashSet<String>();
    for (var element : text.split(",", -1)) {
      if (element.isBlank()) {
        throw settings.refuse(flag, "has an empty element");
      }
      listed.add(element.strip());
    }
    return listed;
  }

  private AutoCompaction autoCompaction() throws ConfigException {
    String mode = settings.text(Flag.AUTO_COMPACTION_MODE);
    String retention = settings.text(Flag.AUTO_COMPACTION_RETENTION);
    boolean plain = PLAIN_NUMBER.matcher(retention).matches();
    return switch (mode) {
      case "periodic" -> {
        long nanos = plain ? hours() : duration(retention);
        yield nanos == 0 ? new AutoCompaction.Off() : new AutoCompaction.Periodic(nanos);
      }
      case "revision" -> {
        long count = number(Flag.AUTO_COMPACTION_RETENTION, 0, Long.MAX_VALUE);
        yield count == 0 ? new AutoCompaction.Off() : new AutoCompaction.Revisions(count);
      }
      case "" -> throw settings.refuse(Flag.AUTO_COMPACTION_MODE, "undefined auto-compaction-mode");
      default ->
          throw settings.refuse(
              Flag.AUTO_COMPACTION_MODE,
              "unknown auto-compaction-mode \"%s\"; must be 'periodic' or 'revision'"
                  .formatted(mode));
    };
  }

  private long hours() throws ConfigException {
    long hours = number(Flag.AUTO_COMPACTION_RETENTION, 0, MAX_HOURS);
    return TimeUnit.HOURS.toNanos(hours);
  }

  private long duration(String text) throws ConfigException {
    return GoDuration.parse(text)
        .orElseThrow(
            () ->
                settings.refuse(
                    Flag.AUTO_COMPACTION_RETENTION,
                    "error parsing CompactionRetention: must be a time such as 5m or 1h30m, or a"
                        + " number of hours"));
  }

  private ServerConfig.Resources resources() throws ConfigException {
    return new ServerConfig.Resources(
        bytes(Flag.WAL_SEGMENT_BYTES, MEBIBYTE, GIBIBYTE),
        bytes(Flag.WAL_CACHE_BYTES, MEBIBYTE, Long.MAX_VALUE),
        bytes(Flag.BLOCK_CACHE_BYTES, MEBIBYTE, Long.MAX_VALUE),
        bytes(Flag.MEMTABLE_BYTES, MEBIBYTE, Long.MAX_VALUE),
        bytes(Flag.SNAPSHOT_SEND_RATE_BYTES, 0, Long.MAX_VALUE),
        scrub());
  }

  private ServerConfig.Scrub scrub() throws ConfigException {
    String text = settings.text(Flag.SCRUB_INTERVAL);
    long nanos = text.equals("0") ? 0 : GoDuration.parse(text).orElse(-1);
    if (nanos != 0 && nanos < LEAST_SCRUB_NANOS) {
      throw settings.refuse(
          Flag.SCRUB_INTERVAL, "must be 0, or a time such as 12h or 30m, at least 1s");
    }
    return new ServerConfig.Scrub(nanos, bytes(Flag.SCRUB_RATE_BYTES, 1, Long.MAX_VALUE));
  }

  private ServerConfig.LogLevel logLevel() throws ConfigException {
    return switch (settings.text(Flag.LOG_LEVEL)) {
      case "debug" -> ServerConfig.LogLevel.DEBUG;
      case "info" -> ServerConfig.LogLevel.INFO;
      case "warn" -> ServerConfig.LogLevel.WARN;
      // etcd's two levels beyond error end the process; here only errors are beyond errors.
      case "error", "panic", "fatal" -> ServerConfig.LogLevel.ERROR;
      default ->
          throw settings.refuse(Flag.LOG_LEVEL, "must be 'debug', 'info', 'warn' or 'error'");
    };
  }

  private long number(Flag flag, long least, long most) throws ConfigException {
    try {
      return within(flag, Long.parseLong(settings.text(flag)), least, most);
    } catch (NumberFormatException e) {
      throw settings.refuse(flag, "must be a whole number," + range(least, most));
    }
  }

  /** A number of bytes, plain as etcd writes it, or with KiB, MiB or GiB behind it. */
  private long bytes(Flag flag, long least, long most) throws ConfigException {
    String text = settings.text(flag);
    long unit = text.endsWith("KiB") ? KIBIBYTE : text.endsWith("MiB") ? MEBIBYTE : 1;
    unit = text.endsWith("GiB") ? GIBIBYTE : unit;
    String digits = unit == 1 ? text : text.substring(0, text.length() - 3).strip();
    try {
      long value = Math.multiplyExact(Long.parseLong(digits), unit);
      return within(flag, value, least, most);
    } catch (NumberFormatException | ArithmeticException e) {
      throw settings.refuse(
          flag, "must be a number of bytes, such as 1048576 or 64MiB," + range(least, most));
    }
  }

  private long within(Flag flag, long value, long least, long most) throws ConfigException {
    if (value < least || value > most) {
      throw settings.refuse(flag, "must be" + range(least, most));
    }
    return value;
  }

  private static String range(long least, long most) {
    if (least == Long.MIN_VALUE) {
      return "";
    }
    return most == Long.MAX_VALUE ? " " + least + " or more" : " from " + least + " to " + most;
  }
}
