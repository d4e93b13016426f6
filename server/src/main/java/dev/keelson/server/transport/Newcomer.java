package dev.keelson.server.transport;

import java.util.List;

/**
 * A member that we have not heard of by the log yet: it told us itself.
 *
 * @param version of the members it knows: once we know them too, our table decides
 */
record Newcomer(long id, List<String> peerUrls, long version) {
  Newcomer {
    peerUrls = List.copyOf(peerUrls);
  }
}
