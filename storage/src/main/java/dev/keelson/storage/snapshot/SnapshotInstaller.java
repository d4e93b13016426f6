package dev.keelson.storage.snapshot;

import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Makes a received snapshot the live store. Before {@link #install} returns a crash leaves the old
 * store, after it the new one; {@link StateDirectory#open} clears up either way, and installing
 * again does no harm.
 */
public final class SnapshotInstaller {
  private final Disk disk;
  private final StateDirectory state;

  public SnapshotInstaller(Disk disk, StateDirectory state) {
    this.disk = disk;
    this.state = state;
  }

  /**
   * Switches the directories. The old store may still be open, but whatever it applies from now on
   * is lost.
   *
   * @return where the new store is opened
   * @throws SnapshotException if the files are not those that were received
   */
  public Path install(ReceivedSnapshot snapshot) throws IOException {
    for (var file : snapshot.manifest().files()) {
      if (!disk.exists(snapshot.files().resolve(file.name()))) {
        throw new SnapshotException(file.name() + " of the received snapshot is missing");
      }
    }
    state.switchTo(snapshot);
    return state.live();
  }

  /** Deletes the old store, once it is closed, and what is left of the transfer. */
  public void cleanUp() throws IOException {
    state.deleteIncoming();
    state.deleteLeftovers();
  }
}
