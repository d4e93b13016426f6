package dev.keelson.server.apply;

import dev.keelson.storage.mvcc.AppliedChange;
import java.util.List;

/** Hears of what is applied, on the apply thread, once readers can see it. Must not block. */
public interface ChangeListener {
  /** The changes of a batch, in order; perhaps none. */
  void committed(List<AppliedChange> changes);

  /** A snapshot has taken the place of everything, and stands at this revision. */
  void replaced(long revision);
}
