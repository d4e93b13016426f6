package dev.keelson.server.apply;

import dev.keelson.storage.mvcc.MvccStore;
import java.util.List;

/**
 * Hears of leases what the log says, in its order. Called on the apply thread, before anybody
 * learns that the entries are applied.
 */
public interface LeaseListener {
  /** These changes are visible in the store. */
  void changed(List<LeaseChange> changes);

  /** The first entry of a leader's term is applied, and with it all of earlier terms. */
  void termBegan(long term);

  /** A snapshot took the place of all leases. */
  void replaced(MvccStore installed);
}
