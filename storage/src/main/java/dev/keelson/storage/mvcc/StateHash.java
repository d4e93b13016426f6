package dev.keelson.storage.mvcc;

/**
 * The state of a member at one index as one number. Equal on all members that applied the same log;
 * comparable only if both other parts are equal too.
 *
 * @param version of the way it is computed
 * @param sinceIndex all changes after this entry are in it, also those that a later one replaced
 */
public record StateHash(int version, long sinceIndex, long value) {}
