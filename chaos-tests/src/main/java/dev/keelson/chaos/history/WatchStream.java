package dev.keelson.chaos.history;

import java.util.List;

/**
 * A watcher and all that it was told.
 *
 * @param closedNanos {@link #OPEN} while nobody closed it
 */
public record WatchStream(WatchOpened opened, List<WatchMessage> messages, long closedNanos) {
  public static final long OPEN = Long.MAX_VALUE;

  public WatchStream {
    messages = List.copyOf(messages);
  }

  public long id() {
    return opened.watch();
  }

  public int member() {
    return opened.member();
  }

  public WatchSpec spec() {
    return opened.spec();
  }
}
