package dev.keelson.chaos.simulation;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.status.StatusCode;
import dev.keelson.chaos.simulation.SimulatedCall.Reply;
import dev.keelson.server.rpc.UnaryHandler;

/**
 * Tries keys that it has, had or never had a right to (I21): what was refused for certain may not
 * be served to a call that began later, by any member, and what was given may not be refused.
 */
final class Guest implements Client {
  private static final long THINK_NANOS = 20_000_000;

  private final World world;
  private final Chance chance;
  private final Rights rights;
  private final Session session;
  private int values;

  Guest(World world, Chance chance, Rights rights) {
    this.world = world;
    this.chance = chance;
    this.rights = rights;
    this.session = new Session(world, chance.split(), Administrator.GUEST);
  }

  @Override
  public void begin() {
    if (!world.faultsAreOver()) {
      world.timeline().plan(chance.delay(THINK_NANOS), World.CLIENTS, this::ask);
    }
  }

  @Override
  public boolean isUpToDate() {
    return true;
  }

  @Override
  public String describe() {
    return "guest";
  }

  private void ask() {
    var member = chance.oneOf(world.members()).life();
    if (member.isEmpty() || rights.latest() == 0) {
      begin();
      return;
    }
    if (!session.isOpen()) {
      session.renew();
      begin();
      return;
    }
    long number = Math.max(1, rights.latest() + 1 - chance.nextInt(4));
    var life = member.get();
    var key = ByteString.copyFromUtf8(Rights.key(number));
    int what = chance.nextInt(10);
    if (what < 4) {
      var value = ByteString.copyFromUtf8("guest-" + ++values);
      call(
          life,
          life.services().put(),
          PutRequest.newBuilder().setKey(key).setValue(value).build(),
          number,
          value.toStringUtf8());
    } else if (what < 8) {
      call(
          life, life.services().range(), RangeRequest.newBuilder().setKey(key).build(), number, "");
    } else {
      // Of all these keys together it never has the right.
      var all =
          RangeRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8("g"))
              .setRangeEnd(ByteString.copyFromUtf8("h"))
              .build();
      call(life, life.services().range(), all, Long.MAX_VALUE, "");
    }
  }

  private <Q, R> void call(
      MemberLife life, UnaryHandler<Q, R> handler, Q request, long number, String value) {
    boolean gone = rights.isGone(number);
    boolean given = rights.isGiven(number);
    new SimulatedCall<R>(
            world,
            life,
            session.credentials(),
            reply -> {
              boolean denied = gone || rights.isUnknown(number);
              hear(reply, number, denied, given && rights.isGiven(number), value);
              begin();
            })
        .begin(call -> handler.handle(request, call, call));
  }

  private void hear(Reply<?> reply, long number, boolean denied, boolean given, String value) {
    switch (reply) {
      case Reply.Success<?> success -> {
        if (denied) {
          throw new SimulationFailure(
              "I21",
              "the guest is served %s, its right %d is gone".formatted(success.response(), number));
        }
        world.count("calls of a guest served");
      }
      case Reply.Refused<?> refused -> {
        if (refused.code() == StatusCode.UNAUTHENTICATED) {
          session.renew();
        }
        if (refused.code() == StatusCode.PERMISSION_DENIED) {
          world.count("calls of a guest refused");
          if (given) {
            throw new SimulationFailure(
                "AU36", "the guest is refused what it has a right to: " + number);
          }
        }
        if (refused.isDefinite() && !value.isEmpty()) {
          world.chronicle().refused(value);
        }
      }
      case Reply.Silence<?> _ -> world.count("calls without an answer");
    }
  }
}
