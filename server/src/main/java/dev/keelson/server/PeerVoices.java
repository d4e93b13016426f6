package dev.keelson.server;

import dev.keelson.api.peer.LeaseAnswers;
import dev.keelson.api.peer.LeaseQuestions;
import dev.keelson.raft.Message;
import dev.keelson.server.lease.LeaseKeeper;
import dev.keelson.server.replica.ReplicaInbox;
import dev.keelson.server.transport.PeerListener;
import java.util.function.Consumer;

/** Gives what peers say to those whom it concerns. */
record PeerVoices(ReplicaInbox replica, LeaseKeeper leases, Consumer<MemberStop> expelled)
    implements PeerListener {
  @Override
  public void onMessage(Message message) {
    replica.onMessage(message);
  }

  @Override
  public void onLeaseQuestions(long peer, LeaseQuestions questions) {
    leases.onQuestions(peer, questions);
  }

  @Override
  public void onLeaseAnswers(long peer, LeaseAnswers answers) {
    leases.onAnswers(answers);
  }

  @Override
  public void onConnected(long peer) {
    replica.onConnected(peer);
  }

  @Override
  public void onDisconnected(long peer) {
    replica.onDisconnected(peer);
  }

  @Override
  public void onOverflow(long peer) {
    replica.onOverflow(peer);
  }

  @Override
  public void onExpelled(long peer, boolean replaced, String detail) {
    expelled.accept(replaced ? new MemberStop.Replaced(detail) : new MemberStop.Removed());
  }
}
