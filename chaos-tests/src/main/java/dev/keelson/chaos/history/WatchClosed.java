package dev.keelson.chaos.history;

/** A watcher's stream is over, by whomever. */
public record WatchClosed(long watch, long nanos, String reason) implements Item {}
