package dev.keelson.storage.mvcc;

import dev.keelson.raft.Bytes;
import dev.keelson.storage.mvcc.RangeQuery.Projection;
import dev.keelson.storage.mvcc.RangeQuery.RevisionFilters;
import dev.keelson.storage.mvcc.RangeQuery.SortOrder;
import dev.keelson.storage.mvcc.RangeQuery.SortTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Commands over few keys, so that they meet; many of the keys are hard ones to order. */
final class RandomCommands {
  private static final byte[] LETTERS = {0, 0, 1, 'a', 'b', (byte) 0xfe, (byte) 0xff};

  private final Random random;

  RandomCommands(long seed) {
    this.random = new Random(seed);
  }

  Bytes key() {
    byte[] key = new byte[1 + random.nextInt(3)];
    for (int i = 0; i < key.length; i++) {
      key[i] = LETTERS[random.nextInt(LETTERS.length)];
    }
    return Bytes.wrap(key);
  }

  Bytes value() {
    byte[] value = new byte[random.nextInt(8) == 0 ? random.nextInt(400) : random.nextInt(3)];
    random.nextBytes(value);
    return Bytes.wrap(value);
  }

  KeyRange keys() {
    return switch (random.nextInt(6)) {
      case 0 -> new KeyRange.From(key());
      case 1, 2 -> new KeyRange.Single(key());
      default -> new KeyRange.HalfOpen(key(), key());
    };
  }

  Command command(long revision) {
    int kind = random.nextInt(20);
    if (kind == 0) {
      return new Command.Compact(revision - random.nextInt(4));
    }
    if (kind == 1) {
      return new Command.Meta(key(), value());
    }
    if (kind == 2) {
      return new Command.Revoke(lease());
    }
    if (kind == 3) {
      long ttl = 2L + random.nextInt(1_000);
      return new Command.Grant(
          new StoredLease(lease(), ttl, random.nextInt((int) ttl), random.nextInt(1_000)));
    }
    var ops = new ArrayList<Command.Op>();
    int count = kind < 12 ? 1 : random.nextInt(6);
    for (int i = 0; i < count; i++) {
      ops.add(op(revision));
    }
    return new Command.Txn(List.copyOf(ops));
  }

  private Command.Op op(long revision) {
    return switch (random.nextInt(8)) {
      case 0 -> new Command.Op.Delete(new KeyRange.Single(key()));
      case 1 -> new Command.Op.Delete(new KeyRange.HalfOpen(key(), key()));
      case 2 -> new Command.Op.Read(query(revision));
      default -> new Command.Op.Put(key(), value(), lease());
    };
  }

  private long lease() {
    return random.nextInt(3) - 1L;
  }

  RangeQuery query(long revision) {
    boolean old = random.nextBoolean();
    long at = old ? revision + 1 - random.nextInt(8) : 0;
    var filters =
        random.nextInt(3) == 0
            ? new RevisionFilters(bound(revision), bound(revision), bound(revision), 0)
            : RevisionFilters.NONE;
    return new RangeQuery(
        random.nextInt(5) == 0 ? new KeyRange.From(Bytes.wrap(new byte[] {0})) : keys(),
        at,
        random.nextInt(8) - 2L,
        pick(SortOrder.values()),
        pick(SortTarget.values()),
        pick(Projection.values()),
        filters);
  }

  private long bound(long revision) {
    return random.nextInt(3) == 0 ? 0 : revision + 2 - random.nextInt(20);
  }

  private <T> T pick(T[] choices) {
    return choices[random.nextInt(choices.length)];
  }
}
