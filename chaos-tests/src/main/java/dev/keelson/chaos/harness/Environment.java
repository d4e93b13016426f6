package dev.keelson.chaos.harness;

import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.chaos.workload.WireClient;
import java.nio.file.Path;
import java.time.Duration;
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

  /** Whether a member can be exchanged here. */
  default boolean canReplace() {
    return false;
  }

  /**
   * A member is gone for good with all that it had, and a new one is taken in under its number; to
   * be started next. Takes a majority of the others.
   */
  default void replace(int member) {
    throw new UnsupportedOperationException("member " + member + " cannot be exchanged");
  }

  /** The member that calls itself leader, if one does. */
  default OptionalInt leader() {
    for (int member = 0; member < size(); member++) {
      if (isRunning(member) && !isPaused(member)) {
        try (var client = WireClient.connect(endpoints().get(member))) {
          if (client.call(new Request.Status(), Duration.ofSeconds(2))
                  instanceof Outcome.Ok(long id, _, Response.Status status)
              && status.leader() != 0
              && status.leader() == id) {
            return OptionalInt.of(member);
          }
        }
      }
    }
    return OptionalInt.empty();
  }

  /** The network between members. */
  Links links();

  /** What a member printed in all its lives. */
  Path log(int member);

  /** Ends all members for good. */
  @Override
  void close();
}
