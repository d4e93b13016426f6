package dev.keelson.chaos.simulation;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.chaos.simulation.SimulatedCall.Reply;
import dev.keelson.storage.disk.Survival;
import java.util.ArrayList;
import java.util.List;

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

  Recovery(World world, Chance chance) {
    this.world = world;
    this.chance = chance;
  }

  void run() {
    chooseCore();
    heal();
    long until = world.timeline().now() + LIMIT_NANOS;
    for (int number = 0; number < WRITES; number++) {
      write(core.get(number % core.size()), number);
    }
    while (!isWell()) {
      if (world.timeline().now() >= until) {
        throw new SimulationFailure("liveness", complaint());
      }
      world.runUntil(Math.min(until, world.timeline().now() + SECOND / 10));
    }
    end();
  }

  private void chooseCore() {
    var all = new ArrayList<>(world.members());
    int majority = all.size() / 2 + 1;
    int size = chance.between(majority, all.size());
    while (core.size() < size) {
      core.add(all.remove(chance.nextInt(all.size())));
    }
    all.forEach(SimulatedMember::bury);
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
      member.disk().inject(world.planted().disk());
      member.rouse();
      member.life().ifPresent(life -> life.pace().slowDisk(1));
      for (var other : core) {
        member.life().ifPresent(life -> life.plan(0, () -> life.voices().onConnected(other.id())));
      }
    }
    world.log("healed: %s", core.stream().map(SimulatedMember::name).toList());
  }

  private void write(SimulatedMember member, int number) {
    var life = member.life();
    if (life.isEmpty()) {
      retry(member, number);
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
                retry(member, number);
              }
            })
        .begin(call -> services.put().handle(request, call, call));
  }

  private void retry(SimulatedMember member, int number) {
    world.timeline().plan(SECOND / 10, World.CLIENTS, () -> write(member, number));
  }

  private boolean isWell() {
    if (written < WRITES || world.leader().isEmpty()) {
      return false;
    }
    long applied = -1;
    for (var member : core) {
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
    var text = new StringBuilder("not well after a minute: %d writes".formatted(written));
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
    for (var member : core) {
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
    for (var member : core) {
      member.powerLoss(Survival.NOTHING, SECOND);
    }
    world.runUntil(world.timeline().now() + 2 * SECOND);
    for (var member : core) {
      if (member.life().isEmpty()) {
        throw new SimulationFailure("I25", member.name() + " does not come back");
      }
    }
  }
}
