package dev.keelson.chaos.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.api.peer.LeaseAnswers;
import dev.keelson.api.peer.LeaseQuestions;
import dev.keelson.raft.Message;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.transport.MemberTransport;
import dev.keelson.server.transport.PeerFrames;
import dev.keelson.server.transport.ShipmentListener;
import dev.keelson.server.transport.SnapshotSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What one life of a member sends, as the bytes that production sends. */
final class SimulatedTransport implements MemberTransport {
  private static final long DIAL_NANOS = 1_000_000_000;
  private static final long UNREACHABLE_NANOS = 1_000_000_000;

  private final World world;
  private final MemberLife life;

  /** Whom we have shaken hands with, in which of its lives: that connection stands. */
  private final Map<Long, MemberLife> connected = new HashMap<>();

  SimulatedTransport(World world, MemberLife life) {
    this.world = world;
    this.life = life;
  }

  @Override
  public void send(Message meant) {
    var message = world.planted().said(life, meant);
    world.monitor().released(life, message);
    long to = message.to();
    if (message instanceof Message.AppendAccepted) {
      world.hasAccepted(life.member());
    }
    byte[] frame = PeerFrames.encode(message);
    carry(to, receiver -> receiver.voices().onMessage(PeerFrames.decode(frame, life.id(), to)));
  }

  @Override
  public void send(long peer, LeaseQuestions questions) {
    byte[] body = questions.toByteArray();
    carry(
        peer,
        receiver -> {
          try {
            receiver.voices().onLeaseQuestions(life.id(), LeaseQuestions.parseFrom(body));
          } catch (InvalidProtocolBufferException e) {
            throw new SimulationFailure("codec", "lease questions cannot be read", e);
          }
        });
  }

  @Override
  public void send(long peer, LeaseAnswers answers) {
    byte[] body = answers.toByteArray();
    carry(
        peer,
        receiver -> {
          try {
            receiver.voices().onLeaseAnswers(life.id(), LeaseAnswers.parseFrom(body));
          } catch (InvalidProtocolBufferException e) {
            throw new SimulationFailure("codec", "lease answers cannot be read", e);
          }
        });
  }

  /** Calls on those with whom there is no connection, and hears what they think of us. */
  void dial() {
    for (var peer : life.core().store().members().table().members()) {
      var there = world.find(peer.id()).flatMap(SimulatedMember::life);
      if (peer.id() != life.id() && there.isPresent() && connected.get(peer.id()) != there.get()) {
        carry(peer.id(), welcomed -> {});
      }
    }
    life.plan(DIAL_NANOS, this::dial);
  }

  private void carry(long peer, Consumer<MemberLife> arrival) {
    world
        .find(peer)
        .ifPresent(
            receiver ->
                world
                    .network()
                    .carry(life.id(), peer, receiver.actor(), () -> arrive(receiver, arrival)));
  }

  private void arrive(SimulatedMember receiver, Consumer<MemberLife> arrival) {
    var there = receiver.life();
    if (there.isPresent() && isWelcome(there.get())) {
      there.get().enter(() -> arrival.accept(there.get()));
    }
  }

  /** As production's handshake judges a caller, once for each connection. */
  private boolean isWelcome(MemberLife there) {
    if (connected.get(there.id()) == there) {
      return true;
    }
    var theirs = there.core().store().members().table();
    long ours = life.core().store().members().table().version();
    if (theirs.isRemoved(life.id())) {
      world
          .network()
          .carryReliably(
              there.id(),
              life.id(),
              life.actor(),
              () -> life.enter(() -> life.voices().onExpelled(there.id(), false, "was removed")));
      return false;
    }
    if (theirs.find(life.id()).isEmpty() && ours <= theirs.version()) {
      world.count("strangers turned away");
      return false;
    }
    if (isReplaced(theirs, life)) {
      world
          .network()
          .carryReliably(
              there.id(),
              life.id(),
              life.actor(),
              () -> life.enter(() -> life.voices().onExpelled(there.id(), true, "lost its data")));
      return false;
    }
    // Nor does a caller talk to who answers from another disk.
    if (isReplaced(life.core().store().members().table(), there)) {
      return false;
    }
    connected.put(there.id(), there);
    return true;
  }

  private static boolean isReplaced(MemberTable known, MemberLife who) {
    long incarnation = known.find(who.id()).map(Member::incarnation).orElse(0L);
    return incarnation != 0 && incarnation != who.core().identity().incarnation();
  }

  @Override
  public void flush() {}

  @Override
  public void shipSnapshot(long peer, long term, SnapshotSource source, ShipmentListener listener) {
    var receiver = world.find(peer);
    if (receiver.isEmpty()) {
      life.plan(
          UNREACHABLE_NANOS,
          () -> {
            source.close();
            listener.failed("nobody is there");
          });
      return;
    }
    new SimulatedShipment(world, life, receiver.get(), term, source, listener).begin();
  }

  @Override
  public boolean isConnected(long peer, Duration atLeast) {
    return !world.network().isCut(life.id(), peer)
        && !world.network().isCut(peer, life.id())
        && world.find(peer).flatMap(SimulatedMember::life).isPresent();
  }

  @Override
  public void membersChanged() {}

  @Override
  public void close() {}
}
