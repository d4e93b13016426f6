package dev.keelson.chaos.sabotage;

import java.util.Locale;

/** What is done to a member. */
enum Sabotage {
  /** Every read is answered from what the member has. */
  READS_WITHOUT_QUORUM,
  /** Now and then a change finds no watchers. */
  WATCH_DROPS_EVENTS,
  /** Nothing is ever synced; what was written last is lost at a kill. */
  ACK_BEFORE_SYNC;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
