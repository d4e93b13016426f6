package dev.keelson.examples;

/** An example from its beginning to its end. */
@FunctionalInterface
public interface Story {
  /**
   * Returns when everything has come about that the example shows; throws if something does not.
   */
  void play(Stage stage) throws Exception;
}
