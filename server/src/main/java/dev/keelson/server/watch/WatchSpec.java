package dev.keelson.server.watch;

import dev.keelson.storage.mvcc.KeyRange;

/**
 * What a watcher asks for (data-plane.md section 6).
 *
 * @param id 0 if the hub is to choose (W2)
 * @param startRevision 0 for what comes after the registration (W4)
 */
public record WatchSpec(long id, KeyRange range, long startRevision, Options options) {

  /**
   * How a watcher is told.
   *
   * @param puts false to leave them out (W8)
   * @param deletes false to leave them out (W8)
   * @param previous with the state before each change (W10)
   * @param progress with a word now and then when there is nothing else (W27)
   * @param fragments large answers may come in parts (W15)
   */
  public record Options(
      boolean puts, boolean deletes, boolean previous, boolean progress, boolean fragments) {
    public static final Options PLAIN = new Options(true, true, false, false, false);
  }
}
