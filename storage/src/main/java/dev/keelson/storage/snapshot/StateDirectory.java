package dev.keelson.storage.snapshot;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.disk.DataDirectoryLock;
import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Where a member's store lives:
 *
 * <pre>
 * CURRENT          names the live store
 * store-7/         the live store
 * incoming/        a snapshot on its way in; incoming.manifest says which
 * checkpoint-3/    a snapshot on its way out
 * </pre>
 *
 * <p>Which store is live changes by the replacement of one small file: a crash leaves the old store
 * or the new one, whole. One owner; the directory is locked by the member.
 */
public final class StateDirectory {
  private static final String CURRENT = "CURRENT";
  private static final String STORE = "store-";
  private static final String INCOMING = "incoming";
  private static final String CHECKPOINT = "checkpoint-";

  private final Disk disk;
  private final Path root;
  private long live;
  private long checkpoints;

  private StateDirectory(Disk disk, Path root, long live) {
    this.disk = disk;
    this.root = root;
    this.live = live;
  }

  /**
   * Opens the directory, makes it if there is none, and clears away what a crash left half done.
   *
   * @throws SnapshotException if a store is there but nothing says that it is the live one, or the
   *     live one is gone
   */
  public static StateDirectory open(Disk disk, Path root) throws IOException {
    DataDirectoryLock.createDurably(disk, root);
    Path current = root.resolve(CURRENT);
    var state =
        disk.exists(current)
            ? new StateDirectory(disk, root, readCurrent(disk, current))
            : create(disk, root);
    // The process before us may have died between the switch and the sync: what we trust from now
    // on must not be undone by a loss of power.
    disk.syncDirectory(root);
    if (!disk.exists(state.live())) {
      throw new SnapshotException(state.live() + " is missing");
    }
    state.deleteLeftovers();
    return state;
  }

  private static StateDirectory create(Disk disk, Path root) throws IOException {
    for (String name : disk.list(root)) {
      if (name.startsWith(STORE) && !disk.list(root.resolve(name)).isEmpty()) {
        throw new SnapshotException(
            root.resolve(CURRENT) + " is missing, but " + name + " holds a store");
      }
    }
    var state = new StateDirectory(disk, root, 1);
    // The directory first: a name in CURRENT always has one.
    DataDirectoryLock.createDurably(disk, state.live());
    state.writeCurrent(1);
    return state;
  }

  /** Where the live store's engine keeps its files. */
  public Path live() {
    return root.resolve(STORE + live);
  }

  /**
   * Takes a snapshot in: starts on it, or goes on with it if a part of the same one is here.
   *
   * @throws SnapshotException if the manifest is not valid
   */
  public SnapshotReceiver receive(Bytes encodedManifest) throws IOException {
    return SnapshotReceiver.open(disk, root, INCOMING, encodedManifest);
  }

  /** Forgets a snapshot that was received, in part or whole. */
  void deleteIncoming() throws IOException {
    disk.deleteTree(root.resolve(INCOMING));
    SnapshotFiles.deleteFile(disk, root.resolve(INCOMING + SnapshotReceiver.MANIFEST));
  }

  /** A directory for the next {@link Checkpoint}, which makes it. */
  public Path newCheckpoint() {
    checkpoints++;
    return root.resolve(CHECKPOINT + checkpoints);
  }

  /** Puts a received snapshot in the place of the live store; see {@link SnapshotInstaller}. */
  void switchTo(ReceivedSnapshot snapshot) throws IOException {
    long next = live + 1;
    Path store = root.resolve(STORE + next);
    disk.deleteTree(store);
    disk.rename(snapshot.files(), store);
    disk.syncDirectory(root);
    writeCurrent(next);
    live = next;
  }

  /** Deletes all that is neither live nor on its way in. */
  void deleteLeftovers() throws IOException {
    String liveName = STORE + live;
    for (String name : disk.list(root)) {
      if ((name.startsWith(STORE) && !name.equals(liveName)) || name.startsWith(CHECKPOINT)) {
        disk.deleteTree(root.resolve(name));
      } else if (name.endsWith(".new")) {
        disk.delete(root.resolve(name));
      }
    }
  }

  private void writeCurrent(long number) throws IOException {
    String name = STORE + number;
    byte[] line = (name + " " + checksum(name) + "\n").getBytes(StandardCharsets.US_ASCII);
    SnapshotFiles.replace(disk, root, CURRENT, line);
  }

  private static long readCurrent(Disk disk, Path current) throws IOException {
    String text = new String(SnapshotFiles.read(disk, current), StandardCharsets.US_ASCII);
    List<String> words = List.of(text.strip().split(" ", -1));
    if (words.size() != 2
        || !words.get(0).matches(STORE + "[0-9]{1,18}")
        || !words.get(1).equals(checksum(words.get(0)))) {
      throw new SnapshotException(current + " is damaged");
    }
    return Long.parseLong(words.get(0).substring(STORE.length()));
  }

  private static String checksum(String name) {
    var crc = new CRC32C();
    crc.update(name.getBytes(StandardCharsets.US_ASCII));
    return Long.toHexString(crc.getValue());
  }
}
