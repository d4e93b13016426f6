package dev.keelson.server.watchdog;

/**
 * Somebody who gets nowhere.
 *
 * @param core whether the member serves nobody meanwhile
 */
public record Standstill(String worker, boolean core, long seconds) {}
