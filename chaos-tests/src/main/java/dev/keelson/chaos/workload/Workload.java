package dev.keelson.chaos.workload;

import dev.keelson.chaos.checkers.Checker;
import java.util.List;

/** What the clients of a scenario do, and who judges it besides those that judge everything. */
public interface Workload {
  String name();

  /** Before all others, again until it says that all is prepared. */
  default boolean prepare(Session session) {
    return true;
  }

  /** One thing a client does, in as many calls as it takes. Called by many threads. */
  void step(Session session);

  /** What must be read at the end, through this member. */
  default void readAll(Session session, int member) {}

  default List<Checker> checkers() {
    return List.of();
  }
}
