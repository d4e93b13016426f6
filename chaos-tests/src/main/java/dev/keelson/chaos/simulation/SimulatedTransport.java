package dev.keelson.chaos.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.api.peer.LeaseAnswers;
import dev.keelson.api.peer.LeaseQuestions;
import dev.keelson.raft.Message;
import dev.keelson.server.transport.MemberTransport;
import dev.keelson.server.transport.PeerFrames;
import dev.keelson.server.transport.ShipmentListener;
import dev.keelson.server.transport.SnapshotSource;
import java.time.Duration;

/** What one life of a member sends, as the bytes that production sends. */
final class SimulatedTransport implements MemberTransport {
  private final World world;
  private final MemberLife life;

  SimulatedTransport(World world, MemberLife life) {
    this.world = world;
    this.life = life;
  }

  @Override
  public void send(Message meant) {
    var message = world.planted().said(life, meant);
    world.monitor().released(life, message);
    long to = message.to();
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

  private void carry(long peer, java.util.function.Consumer<MemberLife> arrival) {
    var receiver = world.member(peer);
    world
        .network()
        .carry(
            life.id(),
            peer,
            receiver.actor(),
            () -> receiver.life().ifPresent(there -> there.enter(() -> arrival.accept(there))));
  }

  @Override
  public void flush() {}

  @Override
  public void shipSnapshot(long peer, long term, SnapshotSource source, ShipmentListener listener) {
    new SimulatedShipment(world, life, world.member(peer), term, source, listener).begin();
  }

  @Override
  public boolean isConnected(long peer, Duration atLeast) {
    return !world.network().isCut(life.id(), peer)
        && !world.network().isCut(peer, life.id())
        && world.member(peer).life().isPresent();
  }

  @Override
  public void membersChanged() {}

  @Override
  public void close() {}
}
