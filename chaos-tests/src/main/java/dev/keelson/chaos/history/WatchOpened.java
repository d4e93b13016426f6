package dev.keelson.chaos.history;

/**
 * A watcher was asked for.
 *
 * @param watch its id in this history
 * @param resumes the watcher that this one goes on for, or 0
 */
public record WatchOpened(
    long watch, int process, int member, WatchSpec spec, long resumes, long nanos)
    implements Item {}
