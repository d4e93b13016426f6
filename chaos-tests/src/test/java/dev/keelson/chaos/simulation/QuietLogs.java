package dev.keelson.chaos.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Thousands of virtual members would tell the log what nobody reads. */
final class QuietLogs implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.keelson");
  private final Level before = logger.getLevel();

  QuietLogs() {
    logger.setLevel(Level.OFF);
  }

  @Override
  public void close() {
    logger.setLevel(before);
  }
}
