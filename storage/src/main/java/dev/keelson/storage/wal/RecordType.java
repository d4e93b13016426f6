package dev.keelson.storage.wal;

/** What a record is. The numbers are on disk; 0 is none of them, so that zeros are no record. */
enum RecordType {
  /** An entry of the log; from its index on it replaces what was there. */
  ENTRY(1),
  /** The hard state, and the end of an append: entries count only when it follows them. */
  HARD_STATE(2),
  /** Nothing but its word that everything before it is durable. */
  DURABLE_MARK(3),
  /** The segment ends here and the next one exists. */
  SEAL(4);

  private final int number;

  RecordType(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  static boolean isKnown(int number) {
    return number >= ENTRY.number && number <= SEAL.number;
  }

  static RecordType of(int number) {
    return switch (number) {
      case 1 -> ENTRY;
      case 2 -> HARD_STATE;
      case 3 -> DURABLE_MARK;
      case 4 -> SEAL;
      default -> throw new IllegalArgumentException("unknown record type " + number);
    };
  }
}
