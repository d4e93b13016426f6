package dev.keelson.chaos.simulation;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.chaos.simulation.SimulatedCall.Reply;
import dev.keelson.storage.disk.Survival;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * After the faults (2.5): a majority is made whole, the others stay dead. Within a minute it leads
 * itself, takes writes through each of its members, and all of them and all who watch know all.
 */
final class Recovery {
  private static final long SECOND = 1_000_000_000;
  private static final long LIMIT_NANOS = 60 * SECOND;
  private static final int WRITES = 10;

  private final World world;
  private final Chance chance;
  private final List<SimulatedMember> core = new ArrayList<>();
  private int written;
  private int attempts;
  private String refusal = "none was refused";

  Recovery(World world, Chance chance) {
    this.world = world;
    this.chance = chance;
  }

  void run() {
    chooseCore();
    heal();
    long until = world.timeline().now() + LIMIT_NANOS;
    for (int number = 0; number < WRITES; number++) {
      write(number);
    }
    while (!isWell()) {
      if (world.timeline().now() >= until) {
        throw new SimulationFailure("liveness", complaint());
      }
      world.runUntil(Math.min(until, world.timeline().now() + SECOND / 10));
    }
    everybodyLeaves();
    end();
  }

  /** I26: what was held for clients is let go of when they have gone. */
  private void everybodyLeaves() {
    world.clients().forEach(Client::leave);
    long until = world.timeline().now() + LIMIT_NANOS;
    for (var left = leftovers(); !left.isEmpty(); left = leftovers()) {
      if (world.timeline().now() >= until) {
        throw new SimulationFailure("I26", String.join(", ", left));
      }
      world.runUntil(world.timeline().now() + SECOND / 10);
    }
  }

  private List<String> leftovers() {
    return present().stream()
        .flatMap(member -> member.life().stream())
        .flatMap(life -> Budgets.leftIn(life).stream())
        .toList();
  }

  /** Who can decide, and perhaps more. An added member that never started is started yet. */
  private void chooseCore() {
    var configurations = world.monitor().configurations();
    var others = new ArrayList<>(world.members());
    var gone = others.stream().filter(member -> configurations.isRemoved(member.id())).toList();
    var wiped = others.stream().filter(SimulatedMember::isWiped).toList();
    others.removeIf(
        member -> member.isRetired() || gone.contains(member) || wiped.contains(member));
    int wanted = chance.between(1, Math.max(1, others.size()));
    while (!others.isEmpty()
        && (core.size() < wanted || !configurations.canDecide(this::isThereOrWillBe))) {
      core.add(others.remove(chance.nextInt(others.size())));
    }
    others.forEach(SimulatedMember::retire);
    gone.forEach(SimulatedMember::retire);
    wiped.forEach(SimulatedMember::retire);
  }

  private boolean isThereOrWillBe(long id) {
    return world.find(id).map(core::contains).orElse(true);
  }

  private void heal() {
    world.network().heal();
    for (var one : core) {
      for (var two : core) {
        world.network().restore(one.id(), two.id());
      }
    }
    for (var member : core) {
      member.resume();
      member.healDisk();
      member.rouse();
      member.life().ifPresent(life -> life.pace().slowDisk(1));
      member.life().ifPresent(MemberLife::endStalls);
      for (var other : core) {
        member.life().ifPresent(life -> life.plan(0, () -> life.voices().onConnected(other.id())));
      }
    }
    world.log("healed: %s", core.stream().map(SimulatedMember::name).toList());
  }

  private void write(int number) {
    var voters = core.stream().filter(this::isVoter).toList();
    var life =
        voters.isEmpty() ? Optional.<MemberLife>empty() : voters.get(number % voters.size()).life();
    if (life.isEmpty()) {
      retry(number);
      return;
    }
    var request =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("recovered-" + number))
            .setValue(ByteString.copyFromUtf8("recovered-" + ++attempts))
            .build();
    var services = life.get().services();
    new SimulatedCall<PutResponse>(
            world,
            life.get(),
            reply -> {
              if (reply instanceof Reply.Success<PutResponse>) {
                written++;
              } else {
                refusal = life.get().member().name() + " said " + reply;
                retry(number);
              }
            })
        .begin(call -> services.put().handle(request, call, call));
  }

  private void retry(int number) {
    world.timeline().plan(SECOND / 10, World.CLIENTS, () -> write(number));
  }

  private boolean isVoter(SimulatedMember member) {
    return world.monitor().configurations().committed().isVoter(member.id());
  }

  /** Those of whom the log knows: one may be removed yet, or never have been added after all. */
  private List<SimulatedMember> present() {
    var committed = world.monitor().configurations().committed();
    return core.stream().filter(member -> committed.contains(member.id())).toList();
  }

  private boolean isWell() {
    if (written < WRITES || world.leader().isEmpty()) {
      return false;
    }
    long applied = -1;
    for (var member : present()) {
      if (member.life().isEmpty()) {
        return false;
      }
      long there = member.life().get().core().store().current().applied().index();
      if (applied >= 0 && there != applied) {
        return false;
      }
      applied = there;
    }
    return world.clients().stream().allMatch(Client::isUpToDate);
  }

  private String complaint() {
    var text =
        new StringBuilder("not well after a minute: %d writes, %s".formatted(written, refusal));
    for (var member : core) {
      text.append(", ")
          .append(member.name())
          .append(' ')
          .append(
              member
                  .life()
                  .map(
                      life ->
                          life.core().replica().status()
                              + " applied "
                              + life.core().store().current().applied())
                  .orElse("down"));
    }
    for (var client : world.clients()) {
      if (!client.isUpToDate()) {
        text.append(", ").append(client.describe());
      }
    }
    return text.toString();
  }

  /** I24: equal to the last byte, leases and alarms and members with it. */
  private void end() {
    long hash = 0;
    SimulatedMember first = null;
    for (var member : present()) {
      long own = member.life().orElseThrow().core().store().current().contentHash();
      if (first != null && own != hash) {
        throw new SimulationFailure(
            "I24", "%s and %s differ".formatted(first.name(), member.name()));
      }
      first = member;
      hash = own;
    }
    world.timeline().mark(hash);
    // I25: what is on the disks is the same again.
    for (var member : present()) {
      member.powerLoss(Survival.NOTHING, SECOND);
    }
    world.runUntil(world.timeline().now() + 2 * SECOND);
    for (var member : present()) {
      if (member.life().isEmpty()) {
        throw new SimulationFailure("I25", member.name() + " does not come back");
      }
    }
  }
}
