package dev.keelson.chaos.history;

/**
 * Something that was broken for a while.
 *
 * @param kind from a closed list of words, the same in all runs
 * @param target what was broken, in words
 * @param verified whether it was seen to have taken effect
 */
public record Fault(
    String kind, String target, long fromNanos, long untilNanos, boolean verified, String detail)
    implements Item {

  @Override
  public long nanos() {
    return fromNanos;
  }
}
