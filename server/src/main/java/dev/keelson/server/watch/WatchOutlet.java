package dev.keelson.server.watch;

import java.util.List;

/** Where one stream's deliveries go. Called on the hub's thread; must not block. */
@FunctionalInterface
public interface WatchOutlet {
  /**
   * Takes what follows on what came before. Whoever has passed it on says so by {@link
   * WatchStream#taken}.
   *
   * @param deliveries the outlet's from now on; perhaps none
   * @param handled requests of the client that the hub has dealt with since the last call
   */
  void deliver(List<Delivery> deliveries, int handled);
}
