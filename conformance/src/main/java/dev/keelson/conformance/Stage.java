package dev.keelson.conformance;

import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.util.List;

/** What a case runs on. */
public interface Stage {
  /** The store a case talks to. */
  Store store();

  /** The keys the case may use. */
  Keys keys();

  /** All members of the cluster, the one of {@link #store} among them. */
  List<Store> members();

  /** Stops the member, starts it again on its data, and answers a new connection to it. */
  Store restart();

  /** Adds a learner to the member's cluster, and answers a connection to it. */
  Store addLearner();
}
