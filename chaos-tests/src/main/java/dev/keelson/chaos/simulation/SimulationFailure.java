package dev.keelson.chaos.simulation;

/** What must hold did not. An Error: nothing in the code under test may go on after it. */
public final class SimulationFailure extends Error {
  private static final long serialVersionUID = 1;

  private final String invariant;

  public SimulationFailure(String invariant, String message) {
    super(invariant + ": " + message);
    this.invariant = invariant;
  }

  public SimulationFailure(String invariant, String message, Throwable cause) {
    super(invariant + ": " + message, cause);
    this.invariant = invariant;
  }

  /** Its number in reliability.md 2.4, or a word. */
  public String invariant() {
    return invariant;
  }
}
