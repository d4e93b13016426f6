package dev.keelson.chaos.history;

/** Requests as bytes: a number for the kind, then the fields in their order. */
final class RequestCodec {
  private RequestCodec() {}

  static void write(Encoder out, Request request) {
    switch (request) {
      case Request.Put put ->
          out.small(1).bytes(put.key()).bytes(put.value()).number(put.lease()).flag(put.previous());
      case Request.Range range -> {
        write(out.small(2), range.keys());
        write(out, range.options());
      }
      case Request.Delete delete -> {
        write(out.small(3), delete.keys());
        out.flag(delete.previous());
      }
      case Request.Txn txn ->
          out.small(4)
              .<Compare>list(txn.compares(), compare -> write(out, compare))
              .<Request.Kv>list(txn.success(), operation -> write(out, operation))
              .<Request.Kv>list(txn.failure(), operation -> write(out, operation));
      case Request.Compact compact -> out.small(5).number(compact.revision());
      case Request.LeaseGrant grant ->
          out.small(6).number(grant.lease()).number(grant.ttlSeconds());
      case Request.LeaseKeepAlive keepAlive -> out.small(7).number(keepAlive.lease());
      case Request.LeaseRevoke revoke -> out.small(8).number(revoke.lease());
      case Request.LeaseTimeToLive timeToLive -> out.small(9).number(timeToLive.lease());
      case Request.Lock lock -> out.small(10).bytes(lock.name()).number(lock.lease());
      case Request.Unlock unlock -> out.small(11).bytes(unlock.key());
      case Request.HashKv hash -> out.small(12).number(hash.revision());
      case Request.Status() -> out.small(13);
      case Request.Membership membership -> out.small(14).text(membership.change());
    }
  }

  static Request read(Decoder in) {
    int kind = in.small();
    return switch (kind) {
      case 1, 2, 3, 4 -> readKv(in, kind);
      case 5 -> new Request.Compact(in.number());
      case 6 -> new Request.LeaseGrant(in.number(), in.number());
      case 7 -> new Request.LeaseKeepAlive(in.number());
      case 8 -> new Request.LeaseRevoke(in.number());
      case 9 -> new Request.LeaseTimeToLive(in.number());
      case 10 -> new Request.Lock(in.bytes(), in.number());
      case 11 -> new Request.Unlock(in.bytes());
      case 12 -> new Request.HashKv(in.number());
      case 13 -> new Request.Status();
      case 14 -> new Request.Membership(in.text());
      default -> throw new IllegalArgumentException("no request of kind " + kind);
    };
  }

  private static Request.Kv readKv(Decoder in, int kind) {
    return switch (kind) {
      case 1 -> new Request.Put(in.bytes(), in.bytes(), in.number(), in.flag());
      case 2 -> new Request.Range(keys(in), options(in));
      case 3 -> new Request.Delete(keys(in), in.flag());
      case 4 ->
          new Request.Txn(
              in.list(() -> compare(in)),
              in.list(() -> readKv(in, in.small())),
              in.list(() -> readKv(in, in.small())));
      default -> throw new IllegalArgumentException("no operation of kind " + kind);
    };
  }

  static void write(Encoder out, KeyRange keys) {
    out.bytes(keys.from()).bytes(keys.end());
  }

  static KeyRange keys(Decoder in) {
    return new KeyRange(in.bytes(), in.bytes());
  }

  private static void write(Encoder out, ReadOptions options) {
    out.number(options.revision())
        .number(options.limit())
        .text(options.order().name())
        .text(options.sort().name())
        .flag(options.countOnly())
        .flag(options.keysOnly())
        .flag(options.serializable());
  }

  private static ReadOptions options(Decoder in) {
    return new ReadOptions(
        in.number(),
        in.number(),
        ReadOptions.Order.valueOf(in.text()),
        ReadOptions.Sort.valueOf(in.text()),
        in.flag(),
        in.flag(),
        in.flag());
  }

  private static void write(Encoder out, Compare compare) {
    write(out, compare.range());
    out.text(compare.target().name())
        .text(compare.relation().name())
        .number(compare.number())
        .bytes(compare.value());
  }

  private static Compare compare(Decoder in) {
    return new Compare(
        keys(in),
        Compare.Target.valueOf(in.text()),
        Compare.Relation.valueOf(in.text()),
        in.number(),
        in.bytes());
  }
}
