package dev.keelson.chaos.simulation;

import dev.keelson.api.etcdserverpb.Member;
import dev.keelson.api.etcdserverpb.MemberAddRequest;
import dev.keelson.api.etcdserverpb.MemberAddResponse;
import dev.keelson.api.etcdserverpb.MemberListRequest;
import dev.keelson.api.etcdserverpb.MemberListResponse;
import dev.keelson.api.etcdserverpb.MemberPromoteRequest;
import dev.keelson.api.etcdserverpb.MemberRemoveRequest;
import dev.keelson.api.status.StatusCode;
import dev.keelson.chaos.simulation.SimulatedCall.Reply;
import dev.keelson.server.rpc.UnaryHandler;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Adds members as voters or learners, starts, promotes and removes them, one step at a time, and
 * demands that what it was told is so in each later list (I17 for members). Who was added is
 * started with the list of that moment, as often as it takes.
 */
final class Operator implements Client {
  private static final int MAX_MEMBERS = 7;
  private static final int MAX_MACHINES = 13;

  /** Later changes could still come through when nobody reckons with them any more. */
  private static final long LAST_CHANGE_BEFORE_HORIZON = 16_000_000_000L;

  private final World world;
  private final Chance chance;
  private final Set<Long> added = new HashSet<>();
  private final Set<Long> removed = new HashSet<>();

  Operator(World world, Chance chance) {
    this.world = world;
    this.chance = chance;
  }

  @Override
  public void begin() {
    world
        .timeline()
        .plan(chance.delay(world.settings().load().changeNanos()), World.CLIENTS, this::look);
  }

  @Override
  public boolean isUpToDate() {
    return true;
  }

  @Override
  public String describe() {
    return "operator";
  }

  private void look() {
    var asked = chance.oneOf(world.members()).life();
    if (asked.isEmpty()) {
      begin();
      return;
    }
    var life = asked.get();
    // Without the added there may be no leader: then what one member knows must do.
    boolean linearizable = chance.happens(0.5);
    var request = MemberListRequest.newBuilder().setLinearizable(linearizable).build();
    call(
        life,
        life.services().listMembers(),
        request,
        reply -> {
          if (reply instanceof Reply.Success<MemberListResponse>(var list)) {
            if (linearizable) {
              check(list.getMembersList());
            }
            act(life, list.getMembersList());
          } else {
            begin();
          }
        });
  }

  private void check(List<Member> members) {
    var ids = new HashSet<Long>();
    members.forEach(member -> ids.add(member.getID()));
    for (long id : added) {
      require(ids.contains(id), "%x was added and is not listed", id);
    }
    for (long id : removed) {
      require(!ids.contains(id), "%x was removed and is listed", id);
    }
  }

  private void act(MemberLife life, List<Member> members) {
    var waiting = members.stream().filter(this::waitsForItsStart).toList();
    var learners =
        members.stream().filter(m -> m.getIsLearner() && !m.getName().isEmpty()).toList();
    boolean mayChange =
        world.timeline().now() < world.settings().horizonNanos() - LAST_CHANGE_BEFORE_HORIZON;
    if (!waiting.isEmpty() && (!mayChange || chance.happens(0.8))) {
      start(chance.oneOf(waiting), members);
      begin();
    } else if (!mayChange) {
      begin();
    } else if (!learners.isEmpty() && chance.happens(0.4)) {
      promote(life, chance.oneOf(learners).getID());
    } else if (members.size() < MAX_MEMBERS
        && world.members().size() < MAX_MACHINES
        && chance.happens(0.55)) {
      add(life);
    } else {
      remove(life, chance.oneOf(members).getID());
    }
  }

  private boolean waitsForItsStart(Member member) {
    var machine = world.find(member.getID());
    return machine.isEmpty()
        || (!machine.get().hasEntered()
            && !machine.get().isRetired()
            && machine.get().life().isEmpty());
  }

  private void start(Member member, List<Member> members) {
    var others = new TreeMap<String, String>();
    for (var other : members) {
      if (other.getID() != member.getID()) {
        // Who has not started has no name yet, and any will do.
        var name = other.getName().isEmpty() ? "x" + others.size() : other.getName();
        others.put(name, other.getPeerURLs(0));
      }
    }
    world.count("starts of added members");
    world.join(member.getID(), member.getPeerURLs(0), others);
  }

  private void add(MemberLife life) {
    boolean learner = chance.happens(0.5);
    var request =
        MemberAddRequest.newBuilder().addPeerURLs(world.nextUrl()).setIsLearner(learner).build();
    change(
        life,
        life.services().addMember(),
        request,
        learner ? "learners added" : "voters added",
        reply -> {
          if (reply instanceof Reply.Success<MemberAddResponse>(var response)) {
            added.add(response.getMember().getID());
          }
        });
  }

  private void promote(MemberLife life, long id) {
    change(
        life,
        life.services().promoteMember(),
        MemberPromoteRequest.newBuilder().setID(id).build(),
        "learners promoted",
        reply -> {});
  }

  private void remove(MemberLife life, long id) {
    added.remove(id);
    change(
        life,
        life.services().removeMember(),
        MemberRemoveRequest.newBuilder().setID(id).build(),
        "members removed",
        reply -> {
          if (reply instanceof Reply.Success<?>) {
            removed.add(id);
          }
        });
  }

  private <Q, R> void change(
      MemberLife life,
      UnaryHandler<Q, R> handler,
      Q request,
      String what,
      Consumer<Reply<R>> heard) {
    call(
        life,
        handler,
        request,
        reply -> {
          heard.accept(reply);
          switch (reply) {
            case Reply.Success<R> _ -> {
              world.count(what);
              world.log("%s", what);
            }
            case Reply.Refused<R>(var code, var message) -> {
              require(code != StatusCode.INTERNAL, "is told %s", message);
              world.count("changes of the members refused");
            }
            case Reply.Silence<R> _ -> world.count("changes of the members without an answer");
          }
          begin();
        });
  }

  private <Q, R> void call(
      MemberLife life, UnaryHandler<Q, R> handler, Q request, Consumer<Reply<R>> heard) {
    new SimulatedCall<R>(world, life, heard).begin(call -> handler.handle(request, call, call));
  }

  private static void require(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new SimulationFailure("members", "operator: " + message.formatted(arguments));
    }
  }
}
