package dev.keelson.chaos.simulation;

import dev.keelson.storage.mvcc.Change;

/** Somebody who uses the cluster, and checks what it is told. */
interface Client {
  /** Begins, and goes on by itself. */
  void begin();

  /** Whether it has nothing outstanding that it must yet hear of (WA-fresh). */
  boolean isUpToDate();

  /** Lets go of everything, and asks for nothing more (I26). */
  default void leave() {}

  String describe();

  /** Hears of every change, as soon as any member has made it. */
  default void changed(Change change) {}
}
