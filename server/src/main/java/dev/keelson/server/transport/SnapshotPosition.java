package dev.keelson.server.transport;

/**
 * How far a snapshot has come.
 *
 * @param file the place in the manifest of the file that is next; the number of files at the end
 * @param offset the bytes of it that are there already
 */
public record SnapshotPosition(int file, long offset) {
  public static final SnapshotPosition START = new SnapshotPosition(0, 0);
}
