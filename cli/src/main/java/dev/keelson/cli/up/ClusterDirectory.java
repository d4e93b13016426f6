package dev.keelson.cli.up;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Where a cluster on this machine lives: a file that says what it is, a lock, and a directory for
 * each member. Nothing is written before all is known to be ours and in order. One owner.
 */
final class ClusterDirectory implements AutoCloseable {
  static final String PLAN_FILE = "keelson-cluster";
  static final String LOCK_FILE = "keelson-lock";
  private static final String UNFINISHED_PLAN_FILE = PLAN_FILE + ".new";
  private static final String SERVED_FILE = "has-served";

  /** What a start may leave that died before it had a plan. */
  private static final Set<String> OURS = Set.of(LOCK_FILE, UNFINISHED_PLAN_FILE);

  private static final String FIRST_LINE = "keelson cluster, format 1";
  private static final Pattern PLAN =
      Pattern.compile(
          Pattern.quote(FIRST_LINE) + "\nmembers=([135])\nport-base=(\\d{1,5})\ntoken=([\\w-]+)\n");

  private final Path root;
  private final ClusterPlan plan;
  private final boolean fresh;
  private Optional<FileChannel> lock = Optional.empty();

  private ClusterDirectory(Path root, ClusterPlan plan, boolean fresh) {
    this.root = root;
    this.plan = plan;
    this.fresh = fresh;
  }

  /** Looks at the directory, changes nothing, and settles what will run there. */
  static ClusterDirectory inspect(UpOptions options) throws UpException {
    Path root = options.dataDir().toAbsolutePath().normalize();
    Optional<ClusterPlan> stored = storedPlan(root);
    var plan = stored.isPresent() ? reconcile(root, stored.get(), options) : newPlan(options);
    plan.requireValidPorts();
    return new ClusterDirectory(root, plan, stored.isEmpty());
  }

  private static ClusterPlan newPlan(UpOptions options) {
    return new ClusterPlan(
        options.members() == 0 ? ClusterPlan.DEFAULT_MEMBERS : options.members(),
        options.portBase() == 0 ? ClusterPlan.DEFAULT_PORT_BASE : options.portBase(),
        "keelson-" + UUID.randomUUID());
  }

  private static ClusterPlan reconcile(Path root, ClusterPlan stored, UpOptions options)
      throws UpException {
    if (options.members() != 0 && options.members() != stored.memberCount()) {
      throw new UpException(
          "--members=%d: the cluster in %s has %d; leave the option out or choose another"
                  .formatted(options.members(), root, stored.memberCount())
              + " --data-dir");
    }
    if (options.portBase() != 0 && options.portBase() != stored.portBase()) {
      throw new UpException(
          "--port-base=%d: the members in %s know each other by base %d; leave the option out or"
                  .formatted(options.portBase(), root, stored.portBase())
              + " choose another --data-dir");
    }
    return stored;
  }

  private static Optional<ClusterPlan> storedPlan(Path root) throws UpException {
    if (Files.notExists(root)) {
      return Optional.empty();
    }
    if (!Files.isDirectory(root)) {
      throw new UpException("--data-dir=" + root + ": is a file, not a directory");
    }
    Path file = root.resolve(PLAN_FILE);
    try {
      if (Files.exists(file)) {
        return Optional.of(parse(root, Files.readString(file)));
      }
      try (var entries = Files.list(root)) {
        var foreign = entries.filter(entry -> !OURS.contains(name(entry))).findAny();
        if (foreign.isPresent()) {
          throw new UpException(
              "--data-dir=%s: holds %s and is no cluster of ours; choose an empty directory"
                  .formatted(root, name(foreign.get())));
        }
      }
      return Optional.empty();
    } catch (IOException | UncheckedIOException e) {
      throw new UpException("--data-dir=" + root + ": cannot be read, " + reason(e));
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static ClusterPlan parse(Path root, String text) throws UpException {
    var match = PLAN.matcher(text);
    if (match.matches()) {
      return new ClusterPlan(
          Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)), match.group(3));
    }
    if (text.startsWith("keelson cluster, format ") && !text.startsWith(FIRST_LINE)) {
      throw new UpException(
          "--data-dir=%s: was made by another version of Keelson (%s); use that version or choose"
                  .formatted(root, text.lines().findFirst().orElse(""))
              + " another directory");
    }
    throw new UpException(
        "--data-dir=%s: its file %s is damaged; restore it or choose another directory"
            .formatted(root, PLAN_FILE));
  }

  ClusterPlan plan() {
    return plan;
  }

  Path root() {
    return root;
  }

  /** Whether a cluster is here already. */
  boolean isFresh() {
    return fresh;
  }

  Path memberData(ClusterPlan.PlannedMember member) {
    return root.resolve(member.name()).resolve("data");
  }

  Path memberLog(ClusterPlan.PlannedMember member) {
    return root.resolve(member.name()).resolve("log").resolve("member.log");
  }

  /** Refuses when another cluster runs here. Makes the directory if there is none. */
  void lock() throws UpException {
    try {
      Files.createDirectories(root);
      var channel =
          FileChannel.open(
              root.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lock = Optional.of(channel);
      if (tryLock(channel).isEmpty()) {
        throw new UpException("--data-dir=" + root + ": another keelson up is running there");
      }
    } catch (IOException e) {
      throw new UpException("--data-dir=" + root + ": cannot be written, " + reason(e));
    }
  }

  private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      return Optional.empty();
    }
  }

  /** Writes down what this cluster is, and makes its members' directories. */
  void prepare() throws UpException {
    try {
      if (fresh) {
        Path unfinished = root.resolve(UNFINISHED_PLAN_FILE);
        Files.writeString(unfinished, text());
        Files.move(unfinished, root.resolve(PLAN_FILE), StandardCopyOption.ATOMIC_MOVE);
      }
      for (var member : plan.members()) {
        Files.createDirectories(root.resolve(member.name()).resolve("log"));
        requireData(member);
      }
    } catch (IOException e) {
      throw new UpException("--data-dir=" + root + ": cannot be written, " + reason(e));
    }
  }

  /**
   * A member that lost its disk must not come back empty under its name: it may have voted, and
   * acknowledged what the others then count on (DU-vote, DU-ack).
   */
  private void requireData(ClusterPlan.PlannedMember member) throws UpException {
    Path home = root.resolve(member.name());
    if (Files.exists(home.resolve(SERVED_FILE)) && Files.notExists(memberData(member))) {
      throw new UpException(
          "--data-dir=%s: the data of %s is gone; restore %s or choose another directory"
              .formatted(root, member.name(), memberData(member)));
    }
  }

  /** Remembers that this member has data that others count on. */
  void markServed(ClusterPlan.PlannedMember member) throws IOException {
    Path mark = root.resolve(member.name()).resolve(SERVED_FILE);
    if (Files.notExists(mark)) {
      Files.createFile(mark);
    }
  }

  private String text() {
    return String.join(
        "\n",
        List.of(
            FIRST_LINE,
            "members=" + plan.memberCount(),
            "port-base=" + plan.portBase(),
            "token=" + plan.token(),
            ""));
  }

  private static String reason(Exception failure) {
    return switch (failure) {
      case AccessDeniedException denied -> "permission denied: " + denied.getFile();
      case FileSystemException specific when specific.getReason() != null ->
          specific.getReason() + ": " + specific.getFile();
      case NoSuchFileException missing -> "no such place: " + missing.getFile();
      default -> String.valueOf(failure.getMessage());
    };
  }

  @Override
  public void close() {
    try {
      if (lock.isPresent()) {
        lock.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
