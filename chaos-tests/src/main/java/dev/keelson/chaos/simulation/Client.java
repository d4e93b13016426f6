package dev.keelson.chaos.simulation;

/** Somebody who uses the cluster, and checks what it is told. */
interface Client {
  /** Begins, and goes on by itself. */
  void begin();

  /** Whether it has nothing outstanding that it must yet hear of (WA-fresh). */
  boolean isUpToDate();

  String describe();
}
