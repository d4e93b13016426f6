package dev.keelson.server.lease;

import dev.keelson.server.replica.Replica;
import java.lang.reflect.Field;
import java.util.List;
import java.util.function.UnaryOperator;

/** Makes a keeper of leases work with another replica than it was given, for planted mistakes. */
public final class TamperedLeases {
  private TamperedLeases() {}

  /** From now on what it asks of the replica is asked of the mistaken one. */
  public static void tamper(LeaseKeeper keeper, UnaryOperator<Replica> mistake) {
    try {
      for (var name : List.of("desk", "ends")) {
        var owner = field(keeper, name).get(keeper);
        var parts = field(owner, "parts");
        var sound = (LeaseParts) parts.get(owner);
        parts.set(
            owner,
            new LeaseParts(
                mistake.apply(sound.replica()),
                sound.courier(),
                sound.owner(),
                sound.clock(),
                sound.requestTimeoutNanos(),
                sound.counters()));
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Field field(Object whole, String name) {
    try {
      var field = whole.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(whole + " has no " + name + " any more", e);
    }
  }
}
