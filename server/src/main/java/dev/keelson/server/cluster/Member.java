package dev.keelson.server.cluster;

import java.util.List;

/**
 * A member as every other member knows it.
 *
 * @param name empty until the member has started once
 * @param clientUrls empty until the member has started once
 */
public record Member(
    long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {
  public Member {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }
}
