package dev.keelson.chaos.nemesis;

import java.util.Locale;

/** The ways a cluster is harmed. */
public enum FaultKind {
  KILL_LEADER,
  KILL_FOLLOWER,
  /** SIGTERM, as an operator stops a member. */
  STOP_LEADER,
  PAUSE_LEADER,
  PAUSE_FOLLOWER,
  /** Every member at once. */
  KILL_ALL,
  /** One after the other, each waited for. */
  ROLLING_RESTART,
  ISOLATE_LEADER,
  ISOLATE_FOLLOWER,
  /** The leader is heard and does not hear. */
  DEAFEN_LEADER,
  /** The leader hears and is not heard. */
  MUTE_LEADER,
  /** Two members do not hear each other; the third hears both. */
  BRIDGE,
  SLOW_LINKS,
  /** Less passes between members than clients want to write. */
  NARROW_LINKS,
  /** The leader is off the network altogether, as with its cable pulled. */
  DISCONNECT_LEADER,
  /** Members are killed and started again before they have settled. */
  RESTART_STORM,
  /** A follower is gone with its disk; another member takes its place. */
  REPLACE_FOLLOWER;

  /** As it is written in histories and on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether there must be another leader afterwards. */
  public boolean movesLeader() {
    return switch (this) {
      case KILL_LEADER,
          STOP_LEADER,
          ISOLATE_LEADER,
          MUTE_LEADER,
          ROLLING_RESTART,
          KILL_ALL,
          DISCONNECT_LEADER ->
          true;
      case KILL_FOLLOWER,
          PAUSE_LEADER,
          PAUSE_FOLLOWER,
          ISOLATE_FOLLOWER,
          DEAFEN_LEADER,
          BRIDGE,
          SLOW_LINKS,
          NARROW_LINKS,
          RESTART_STORM,
          REPLACE_FOLLOWER ->
          false;
    };
  }
}
