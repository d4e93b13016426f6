package dev.keelson.bench;

import com.google.protobuf.Message;

/**
 * Chooses requests and judges answers. Each event loop has its own, so it needs no locks; a client
 * is a number from 0 to all clients of the run.
 */
interface Workload {
  /** A request to send, with the method it is for. */
  record Request(Call call, Message message) {}

  /** What an answer, free of errors, meant. */
  enum Outcome {
    DONE,
    /** A read that found no key. */
    MISS,
    /** A guarded put whose guard did not hold. */
    CONFLICT
  }

  /** Whether nothing is left to send; most loads never end by themselves. */
  default boolean exhausted() {
    return false;
  }

  Request next(int client);

  Outcome judge(int client, Message response);

  /** The request of this client failed or was given up: its effect is unknown. */
  default void failed(int client) {}
}
