package dev.keelson.client;

import java.util.List;

/**
 * A member of the cluster.
 *
 * @param name empty until the member has started
 */
public record ClusterMember(
    long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {
  public ClusterMember {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }
}
