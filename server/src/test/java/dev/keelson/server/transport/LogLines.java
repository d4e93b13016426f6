package dev.keelson.server.transport;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What the transport logs while this is open. */
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger(NettyPeerTransport.class);
  private final List<String> lines = new CopyOnWriteArrayList<>();

  LogLines() {
    logger.setLevel(Level.INFO);
    start();
    logger.addAppender(this);
  }

  List<String> containing(String part) {
    return lines.stream().filter(line -> line.contains(part)).toList();
  }

  /** Forgets what was said so far. */
  void clear() {
    lines.clear();
  }

  @Override
  protected void append(ILoggingEvent event) {
    lines.add(event.getLevel() + " " + event.getFormattedMessage());
  }

  @Override
  public void close() {
    logger.detachAppender(this);
  }
}
