package dev.keelson.examples.orchestrator;

/** Where everything is in the store. */
final class Keys {
  /** {@code apps/<application>}: how many replicas are wanted. */
  static final String APPS = "apps/";

  /** {@code agents/<agent>}: there while the agent lives. */
  static final String AGENTS = "agents/";

  /** {@code tasks/<application>/<replica>}: the agent that is to run it. */
  static final String TASKS = "tasks/";

  /** {@code running/<application>/<replica>}: the agent that runs it, there while it does. */
  static final String RUNNING = "running/";

  static final String CONTROLLER = "controller";

  private Keys() {}
}
