package dev.keelson.server.transport;

import dev.keelson.api.peer.LeaseAnswers;
import dev.keelson.api.peer.LeaseQuestions;

/**
 * Carries what members ask each other about leases. What is sent leaves at once, or is dropped:
 * when there is no connection, or too much waits for it. Thread-safe; no method blocks.
 */
public interface LeaseCourier {
  void send(long peer, LeaseQuestions questions);

  void send(long peer, LeaseAnswers answers);
}
