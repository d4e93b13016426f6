package dev.keelson.chaos.history;

import java.util.List;

/** Outcomes as bytes: a number for the kind, then the fields in their order. */
final class OutcomeCodec {
  private OutcomeCodec() {}

  static void write(Encoder out, Outcome outcome) {
    switch (outcome) {
      case Outcome.Ok ok -> {
        out.small(1).number(ok.memberId()).number(ok.term());
        write(out, ok.response());
      }
      case Outcome.Definite definite -> out.small(2).text(definite.reason());
      case Outcome.Indefinite indefinite -> out.small(3).text(indefinite.reason());
    }
  }

  static Outcome read(Decoder in) {
    int kind = in.small();
    return switch (kind) {
      case 1 -> new Outcome.Ok(in.number(), in.number(), response(in));
      case 2 -> new Outcome.Definite(in.text());
      case 3 -> new Outcome.Indefinite(in.text());
      default -> throw new IllegalArgumentException("no outcome of kind " + kind);
    };
  }

  private static void write(Encoder out, Response response) {
    switch (response) {
      case Response.Kv kv -> writeKv(out, kv);
      case Response.Compact compact -> out.small(5).number(compact.revision());
      case Response.LeaseGrant grant ->
          out.small(6).number(grant.revision()).number(grant.lease()).number(grant.ttlSeconds());
      case Response.LeaseKeepAlive keepAlive ->
          out.small(7).number(keepAlive.revision()).number(keepAlive.ttlSeconds());
      case Response.LeaseRevoke revoke -> out.small(8).number(revoke.revision());
      case Response.LeaseTimeToLive left ->
          out.small(9)
              .number(left.revision())
              .number(left.ttlSeconds())
              .number(left.grantedSeconds())
              .list(left.keys(), out::bytes);
      case Response.Lock lock -> out.small(10).number(lock.revision()).bytes(lock.key());
      case Response.Unlock unlock -> out.small(11).number(unlock.revision());
      case Response.HashKv hash ->
          out.small(12)
              .number(hash.revision())
              .number(hash.hashRevision())
              .number(hash.hash())
              .number(hash.compactRevision());
      case Response.Status status ->
          out.small(13)
              .number(status.revision())
              .number(status.leader())
              .number(status.raftIndex());
      case Response.Membership membership -> out.small(14).number(membership.revision());
    }
  }

  private static void writeKv(Encoder out, Response.Kv response) {
    switch (response) {
      case Response.Put put -> {
        out.small(1).number(put.revision());
        write(out, put.previous());
      }
      case Response.Range range -> {
        out.small(2).number(range.revision()).number(range.count()).flag(range.more());
        write(out, range.versions());
      }
      case Response.Delete delete -> {
        out.small(3).number(delete.revision()).number(delete.deleted());
        write(out, delete.previous());
      }
      case Response.Txn txn ->
          out.small(4)
              .number(txn.revision())
              .flag(txn.succeeded())
              .<Response.Kv>list(txn.responses(), one -> writeKv(out, one));
    }
  }

  private static Response response(Decoder in) {
    int kind = in.small();
    return switch (kind) {
      case 1, 2, 3, 4 -> kv(in, kind);
      case 5 -> new Response.Compact(in.number());
      case 6 -> new Response.LeaseGrant(in.number(), in.number(), in.number());
      case 7 -> new Response.LeaseKeepAlive(in.number(), in.number());
      case 8 -> new Response.LeaseRevoke(in.number());
      case 9 ->
          new Response.LeaseTimeToLive(in.number(), in.number(), in.number(), in.list(in::bytes));
      case 10 -> new Response.Lock(in.number(), in.bytes());
      case 11 -> new Response.Unlock(in.number());
      case 12 -> new Response.HashKv(in.number(), in.number(), in.number(), in.number());
      case 13 -> new Response.Status(in.number(), in.number(), in.number());
      case 14 -> new Response.Membership(in.number());
      default -> throw new IllegalArgumentException("no response of kind " + kind);
    };
  }

  private static Response.Kv kv(Decoder in, int kind) {
    return switch (kind) {
      case 1 -> new Response.Put(in.number(), versions(in));
      case 2 -> {
        long revision = in.number();
        long count = in.number();
        boolean more = in.flag();
        yield new Response.Range(revision, versions(in), count, more);
      }
      case 3 -> new Response.Delete(in.number(), in.number(), versions(in));
      case 4 -> new Response.Txn(in.number(), in.flag(), in.list(() -> kv(in, in.small())));
      default -> throw new IllegalArgumentException("no response of kind " + kind);
    };
  }

  static void write(Encoder out, List<KeyVersion> versions) {
    out.<KeyVersion>list(versions, version -> write(out, version));
  }

  static List<KeyVersion> versions(Decoder in) {
    return in.list(() -> version(in));
  }

  static void write(Encoder out, KeyVersion version) {
    out.bytes(version.key())
        .bytes(version.value())
        .number(version.createRevision())
        .number(version.modRevision())
        .number(version.version())
        .number(version.lease());
  }

  static KeyVersion version(Decoder in) {
    return new KeyVersion(
        in.bytes(), in.bytes(), in.number(), in.number(), in.number(), in.number());
  }
}
