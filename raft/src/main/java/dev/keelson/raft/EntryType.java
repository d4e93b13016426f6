package dev.keelson.raft;

/** What an entry's payload is. The numbers are stored in the log and sent to peers. */
public enum EntryType {
  /** A command of the state machine. */
  COMMAND(1),
  /** The empty entry by which a new leader commits those of earlier terms (Raft 8). */
  NO_OP(2),
  /** A {@code Configuration}, in force from the moment it is appended (dissertation 4.1). */
  CONFIGURATION(3);

  private final int number;

  EntryType(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /**
   * The type with this number.
   *
   * @throws IllegalArgumentException if no type has this number: the entry was written by a version
   *     we do not know
   */
  public static EntryType of(int number) {
    return switch (number) {
      case 1 -> COMMAND;
      case 2 -> NO_OP;
      case 3 -> CONFIGURATION;
      default -> throw new IllegalArgumentException("unknown entry type " + number);
    };
  }
}
