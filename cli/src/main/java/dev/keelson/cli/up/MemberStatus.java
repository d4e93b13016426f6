package dev.keelson.cli.up;

/**
 * What a member says of itself.
 *
 * @param leaderId 0 when it knows none
 */
record MemberStatus(long memberId, long leaderId, long term) {}
