package dev.keelson.raft;

import java.util.List;

/** What one step asks for, in order, and how the node stands afterwards. */
public record Output(List<Effect> effects, RaftStatus status) {
  public Output {
    effects = List.copyOf(effects);
  }
}
