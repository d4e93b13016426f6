package dev.keelson.conformance;

import java.util.List;

/** Starts members of their own for the cases that need a store on which nothing happened yet. */
public interface MemberFactory {
  /** Where no member can be started: cases that need one are skipped. */
  MemberFactory NONE =
      flags -> {
        throw new IllegalStateException("no member can be started here");
      };

  /** A one-member cluster with an empty store, serving, started with these flags added. */
  LiveMember start(List<String> flags);

  /** A member that a case has for itself. Closing it stops it and removes its data. */
  interface LiveMember extends AutoCloseable {
    /** Its client endpoint, {@code host:port}. */
    String endpoint();

    /** Stops it and starts it on the same data and endpoint; returns when it serves. */
    void restart();

    /** Adds a learner to its cluster and starts it; its endpoint, which need not serve yet. */
    String addLearner();

    @Override
    void close();
  }
}
