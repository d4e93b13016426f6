package dev.keelson.chaos.harness;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * A cluster whose members can be started and harmed. Members have numbers from 0; a number is one
 * member for the whole run. Used by one thread, but for {@link #endpoints}.
 */
public interface Environment extends AutoCloseable {
  /** Where clients reach each member, {@code host:port}. */
  List<String> endpoints();

  default int size() {
    return endpoints().size();
  }

  /** Starts a member on its data; returns when its process is there. */
  void start(int member);

  /** Whether its process is there, running or standing still. */
  boolean isRunning(int member);

  /** Ends it at once, as kill -9; returns when it is gone. */
  void kill(int member);

  /** Asks it to end, and returns when it has. */
  void terminate(int member);

  /** Lets it stand still. */
  void pause(int member);

  boolean isPaused(int member);

  void resume(int member);

  /** The member that calls itself leader, if one does. */
  OptionalInt leader();

  /** The network between members. */
  Links links();

  /** What a member printed in all its lives. */
  Path log(int member);

  /** Ends all members for good. */
  @Override
  void close();
}
