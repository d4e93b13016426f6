package dev.keelson.chaos.simulation;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.Compare;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import dev.keelson.chaos.simulation.SimulatedCall.Reply;
import dev.keelson.server.rpc.UnaryHandler;
import dev.keelson.storage.mvcc.Change;
import dev.keelson.storage.mvcc.KeyValue;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Reads and writes keys, one request at a time, at any member. Every value is put once, so that
 * what became of it can be told (I16 to I18).
 */
final class KeyClient implements Client {
  private final World world;
  private final Chance chance;
  private final String name;
  private int values;

  KeyClient(World world, Chance chance, String name) {
    this.world = world;
    this.chance = chance;
    this.name = name;
  }

  @Override
  public void begin() {
    world
        .timeline()
        .plan(
            chance.delay(world.settings().load().thinkNanos()),
            World.CLIENTS,
            () -> {
              if (!world.faultsAreOver()) {
                ask();
              }
            });
  }

  @Override
  public boolean isUpToDate() {
    return true;
  }

  @Override
  public String describe() {
    return name;
  }

  private void ask() {
    var member = chance.oneOf(world.members()).life();
    if (member.isEmpty()) {
      begin();
      return;
    }
    var life = member.get();
    int what = chance.nextInt(100);
    if (chance.happens(world.settings().load().compactions())) {
      compact(life);
    } else if (what < 40) {
      put(life);
    } else if (what < 55) {
      read(life, 0, false);
    } else if (what < 65) {
      read(life, 0, true);
    } else if (what < 75) {
      read(life, Math.max(1, world.chronicle().acknowledged() - chance.nextInt(20)), false);
    } else if (what < 85) {
      delete(life);
    } else {
      guardedPut(life);
    }
  }

  private <Q, R> void call(
      MemberLife life, UnaryHandler<Q, R> handler, Q request, BiConsumer<Begun, Reply<R>> heard) {
    var begun = new Begun(world.chronicle().acknowledged(), world.janitor().closed());
    world.count("calls");
    new SimulatedCall<R>(
            world,
            life,
            reply -> {
              heard.accept(begun, reply);
              begin();
            })
        .begin(call -> handler.handle(request, call, call));
  }

  /**
   * What was certain when a call began.
   *
   * @param floor the revision that somebody has been told of
   * @param closed which alarm keeps everybody from putting anything; 0 if none does
   */
  private record Begun(long floor, long closed) {}

  private String key() {
    return "k%02d".formatted(chance.nextInt(world.settings().load().keys()));
  }

  // ---- Writes -----------------------------------------------------------------------------------

  private void put(MemberLife life) {
    var key = key();
    var value = name + "-" + ++values;
    var request = PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build();
    call(
        life,
        life.services().put(),
        request,
        (begun, reply) -> {
          switch (reply) {
            case Reply.Success<?>(dev.keelson.api.etcdserverpb.PutResponse response) ->
                written(begun, response.getHeader().getRevision(), key, value);
            case Reply.Success<?> other -> throw new IllegalStateException("" + other);
            case Reply.Refused<?> refused -> refused(refused, value);
            case Reply.Silence<?> _ -> world.count("calls without an answer");
          }
        });
  }

  private void refused(Reply.Refused<?> refused, String value) {
    world.count("calls refused");
    if (refused.message().equals(EtcdError.NO_SPACE.message())) {
      world.count("writes refused for want of room");
    }
    if (refused.isDefinite()) {
      world.chronicle().refused(value);
    } else if (refused.code() == StatusCode.INTERNAL || refused.code() == StatusCode.UNKNOWN) {
      throw new SimulationFailure("no-failure", "a client is told " + refused);
    }
  }

  /** The write stands at its revision, alone, and after all that had returned before its call. */
  private void written(Begun begun, long revision, String key, String value) {
    world.count("writes acknowledged");
    var chronicle = world.chronicle();
    long floor = begun.floor;
    check("I17", revision > floor, "write at %d after %d was acknowledged", revision, floor);
    boolean wasOpen = begun.closed == 0 || begun.closed != world.janitor().closed();
    check("Q3", wasOpen, "put %s at %d while alarm %d is raised", key, revision, begun.closed);
    check("DU-ack", revision <= chronicle.revision(), "revision %d is nowhere", revision);
    var changes = chronicle.at(revision);
    boolean there =
        changes.size() == 1
            && changes.getFirst() instanceof Change.Put(_, var kv)
            && Chronicle.text(kv.key()).equals(key)
            && Chronicle.text(kv.value()).equals(value);
    check("DU-ack", there, "put of %s=%s at %d, where there is %s", key, value, revision, changes);
    chronicle.told(revision);
  }

  private void delete(MemberLife life) {
    var key = key();
    call(
        life,
        life.services().deleteRange(),
        DeleteRangeRequest.newBuilder().setKey(bytes(key)).build(),
        (begun, reply) -> {
          if (reply
              instanceof
              Reply.Success<dev.keelson.api.etcdserverpb.DeleteRangeResponse>(var response)) {
            long revision = response.getHeader().getRevision();
            check("I17", revision >= begun.floor, "delete at %d after %d", revision, begun.floor);
            if (response.getDeleted() > 0) {
              boolean there =
                  world.chronicle().at(revision).stream()
                      .anyMatch(
                          change ->
                              change instanceof Change.Delete
                                  && Chronicle.text(change.key()).equals(key));
              check("DU-ack", there, "delete of %s at %d is nowhere", key, revision);
            }
            world.chronicle().told(revision);
          }
        });
  }

  /** Puts only over the version that is the newest to somebody's knowledge. */
  private void guardedPut(MemberLife life) {
    var key = key();
    var value = name + "-" + ++values;
    var known = world.chronicle().range(key, "", world.chronicle().acknowledged());
    long modRevision = known.isEmpty() ? 0 : known.getFirst().modRevision();
    var request =
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setKey(bytes(key))
                    .setTarget(Compare.CompareTarget.MOD)
                    .setResult(Compare.CompareResult.EQUAL)
                    .setModRevision(modRevision))
            .addSuccess(
                RequestOp.newBuilder()
                    .setRequestPut(
                        PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value))))
            .addFailure(
                RequestOp.newBuilder()
                    .setRequestRange(RangeRequest.newBuilder().setKey(bytes(key))))
            .build();
    call(
        life,
        life.services().txn(),
        request,
        (begun, reply) -> {
          switch (reply) {
            case Reply.Success<?>(dev.keelson.api.etcdserverpb.TxnResponse response) -> {
              long revision = response.getHeader().getRevision();
              if (response.getSucceeded()) {
                written(begun, revision, key, value);
                var before = world.chronicle().range(key, "", revision - 1);
                long stood = before.isEmpty() ? 0 : before.getFirst().modRevision();
                check("I18", stood == modRevision, "guard %d held over %d", modRevision, stood);
              } else {
                check("I17", revision >= begun.floor, "txn at %d after %d", revision, begun.floor);
                world.chronicle().refused(value);
                compare(response.getResponses(0).getResponseRange(), key, "", revision, revision);
                world.chronicle().told(revision);
              }
            }
            case Reply.Success<?> other -> throw new IllegalStateException("" + other);
            case Reply.Refused<?> refused -> refused(refused, value);
            case Reply.Silence<?> _ -> world.count("calls without an answer");
          }
        });
  }

  private void compact(MemberLife life) {
    long revision = Math.max(1, world.chronicle().acknowledged() - chance.nextInt(10));
    world.chronicle().mayCompact(revision);
    call(
        life,
        life.services().compact(),
        CompactionRequest.newBuilder()
            .setRevision(revision)
            .setPhysical(chance.happens(0.3))
            .build(),
        (begun, reply) -> {
          if (reply instanceof Reply.Success<?>) {
            world.count("compactions");
          }
        });
  }

  // ---- Reads ------------------------------------------------------------------------------------

  private void read(MemberLife life, long atRevision, boolean serializable) {
    boolean all = chance.happens(0.3);
    var from = all ? "k" : key();
    var to = all ? "l" : "";
    var request =
        RangeRequest.newBuilder()
            .setKey(bytes(from))
            .setRangeEnd(bytes(to))
            .setRevision(atRevision)
            .setSerializable(serializable)
            .build();
    call(
        life,
        life.services().range(),
        request,
        (begun, reply) -> {
          if (reply instanceof Reply.Success<RangeResponse>(var response)) {
            long revision = response.getHeader().getRevision();
            world.count("reads");
            if (!serializable) {
              check("I17", revision >= begun.floor, "read at %d after %d", revision, begun.floor);
              world.chronicle().told(revision);
            }
            compare(response, from, to, atRevision == 0 ? revision : atRevision, revision);
          }
        });
  }

  private void compare(RangeResponse response, String from, String to, long at, long header) {
    var chronicle = world.chronicle();
    check("I17", header <= chronicle.revision(), "revision %d was never committed", header);
    List<KeyValue> expected = chronicle.range(from, to, at);
    boolean equal = response.getKvsCount() == expected.size();
    for (int i = 0; equal && i < expected.size(); i++) {
      var kv = response.getKvs(i);
      var model = expected.get(i);
      equal =
          kv.getKey().toStringUtf8().equals(Chronicle.text(model.key()))
              && kv.getValue().toStringUtf8().equals(Chronicle.text(model.value()))
              && kv.getModRevision() == model.modRevision()
              && kv.getCreateRevision() == model.createRevision()
              && kv.getVersion() == model.version()
              && kv.getLease() == model.lease();
    }
    check("I18", equal, "read at %d: %s, not %s", at, response.getKvsList(), expected);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private void check(String invariant, boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new SimulationFailure(invariant, name + ": " + message.formatted(arguments));
    }
  }
}
