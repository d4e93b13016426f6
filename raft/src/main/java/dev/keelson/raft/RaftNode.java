package dev.keelson.raft;

import dev.keelson.raft.role.Member;
import java.util.List;

/**
 * One member's consensus: a deterministic state machine (Ongaro and Ousterhout 2014; Ongaro's
 * dissertation). {@link #step} is given what has happened and returns what shall be done; the same
 * inputs and the same chance give the same outputs.
 *
 * <p>Owned by one thread. The caller carries out the effects of a step, at least so far that its
 * {@link LogReader} shows the entries of its {@link Effect.Append}, before it calls step again. An
 * {@link InvariantViolation} means that this member is broken: it must not be called again.
 */
public final class RaftNode {
  private final Member member;

  private RaftNode(Member member) {
    this.member = member;
  }

  /** A node as it was when it stopped, following nobody. All that the log holds is durable. */
  public static RaftNode restore(
      RaftConfig config, RestoredState state, LogReader log, RandomSource random) {
    return new RaftNode(new Member(config, state, log, random));
  }

  public Output step(Input input) {
    return member.step(input);
  }

  public RaftStatus status() {
    return member.status();
  }

  /** How far each other member is; empty unless this one leads. An immutable copy. */
  public List<PeerProgress> progress() {
    return member.progress();
  }
}
