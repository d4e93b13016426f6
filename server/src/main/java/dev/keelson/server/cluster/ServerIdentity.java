package dev.keelson.server.cluster;

/**
 * Who answers: what every response header and every handshake carries.
 *
 * @param incarnation of the data directory, drawn when it was made: a member that comes back under
 *     its old id with an empty disk is known by it. 0 if the directory was made before there was
 *     one
 */
public record ServerIdentity(long clusterId, long memberId, long incarnation) {
  /** An identity whose data directory does not matter. */
  public ServerIdentity(long clusterId, long memberId) {
    this(clusterId, memberId, 0);
  }
}
