package dev.keelson.storage.disk;

/** The machine stopped here. An Error, so that no handler of ordinary failures goes on after it. */
public final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1;

  public SimulatedCrash(String message) {
    super(message);
  }
}
