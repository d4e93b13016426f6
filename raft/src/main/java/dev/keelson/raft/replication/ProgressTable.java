package dev.keelson.raft.replication;

import dev.keelson.raft.PeerProgress;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.membership.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The progress of every member but the leader itself, by ascending id. */
public final class ProgressTable {
  private final RaftConfig config;
  private List<Progress> peers = List.of();

  public ProgressTable(RaftConfig config) {
    this.config = config;
  }

  /** Keeps what is known of members that stay; new ones are probed from the end of the log. */
  public void reconfigure(Configuration configuration, long nextIndex) {
    var members = new ArrayList<Progress>();
    for (long id : configuration.members()) {
      if (id != config.id()) {
        members.add(find(id).orElseGet(() -> new Progress(id, nextIndex, config)));
      }
    }
    peers = List.copyOf(members);
  }

  public List<Progress> peers() {
    return peers;
  }

  public Optional<Progress> find(long id) {
    for (var peer : peers) {
      if (peer.id() == id) {
        return Optional.of(peer);
      }
    }
    return Optional.empty();
  }

  public long matchIndexOf(long id) {
    for (var peer : peers) {
      if (peer.id() == id) {
        return peer.matchIndex();
      }
    }
    return 0;
  }

  public List<PeerProgress> snapshot() {
    var snapshot = new ArrayList<PeerProgress>(peers.size());
    for (var peer : peers) {
      snapshot.add(peer.snapshot());
    }
    return List.copyOf(snapshot);
  }
}
