package dev.keelson.storage.mvcc.engine;

import java.util.List;

/** The key spaces of an engine. Numbers and names are on disk: they never change. */
public enum Family {
  /** Positions, revisions, and what the server keeps beside the keys. */
  META(0, "default"),
  /** Each visible key and where its version stands. */
  LATEST(1, "latest"),
  /** Every version of every key: keys together, newest first. */
  HISTORY(2, "history"),
  /** Every change in revision order, with its value. */
  CHANGES(3, "changes"),
  /** Each lease, and which keys are attached to it. */
  LEASES(4, "leases");

  private static final List<Family> BY_NUMBER = List.of(values());

  private final int number;
  private final String engineName;

  Family(int number, String engineName) {
    this.number = number;
    this.engineName = engineName;
  }

  /** Families by number, from 0 without a gap. */
  static List<Family> byNumber() {
    return BY_NUMBER;
  }

  /** How a batch names it. */
  int number() {
    return number;
  }

  /** The name under which an engine stores it. */
  public String engineName() {
    return engineName;
  }
}
