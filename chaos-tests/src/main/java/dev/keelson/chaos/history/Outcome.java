package dev.keelson.chaos.history;

/** How a call ended, in the classes of reliability 1.3. */
public sealed interface Outcome {
  /**
   * It did what it was to do.
   *
   * @param memberId who answered
   * @param term that member's term when it answered
   */
  record Ok(long memberId, long term, Response response) implements Outcome {}

  /** Class D: nothing happened, and nothing will. */
  record Definite(String reason) implements Outcome {}

  /** Class I: it may have happened or may yet happen, once at most. */
  record Indefinite(String reason) implements Outcome {}
}
