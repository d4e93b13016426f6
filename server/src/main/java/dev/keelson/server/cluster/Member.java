package dev.keelson.server.cluster;

import java.util.List;

/**
 * A member as every other member knows it.
 *
 * @param name empty until the member has started once
 * @param clientUrls empty until the member has started once
 * @param incarnation names the data directory it was started with; 0 until it has started once
 */
public record Member(
    long id,
    String name,
    List<String> peerUrls,
    List<String> clientUrls,
    boolean learner,
    long incarnation) {
  public Member {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }

  /** A member whose data directory is not known. */
  public Member(
      long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {
    this(id, name, peerUrls, clientUrls, learner, 0);
  }

  /** Whether it has told the others of itself. */
  public boolean isStarted() {
    return !name.isEmpty();
  }

  public Member withPeerUrls(List<String> urls) {
    return new Member(id, name, urls, clientUrls, learner, incarnation);
  }

  public Member asVoter() {
    return new Member(id, name, peerUrls, clientUrls, false, incarnation);
  }
}
