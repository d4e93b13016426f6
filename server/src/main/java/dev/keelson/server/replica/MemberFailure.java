package dev.keelson.server.replica;

/**
 * Told once when a thread of this member cannot go on. The member must stop: a thread never dies
 * alone (OV-oom).
 */
@FunctionalInterface
public interface MemberFailure {
  void memberFailed(String thread, Throwable cause);
}
