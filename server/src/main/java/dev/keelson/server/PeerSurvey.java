package dev.keelson.server;

import dev.keelson.server.cluster.MemberTable;
import java.time.Duration;
import java.util.Optional;

/** Asks peers who the members are, before a member without data starts. May block. */
@FunctionalInterface
public interface PeerSurvey {
  /** The members as the peer at this URL knows them; empty if it does not tell in time. */
  Optional<MemberTable> ask(String peerUrl, Duration timeout);
}
