package dev.keelson.server.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;

/**
 * The first table of a cluster: a function of what every member was told, so that all of them come
 * to the same ids without asking each other.
 */
public final class ClusterBirth {
  private ClusterBirth() {}

  /**
   * The members, none of them started yet.
   *
   * @param peerUrls by member name; names and URLs are unique
   * @param token tells apart two clusters that are made at the same addresses
   */
  public static MemberTable tableOf(Map<String, List<String>> peerUrls, String token) {
    var members =
        peerUrls.values().stream()
            .map(urls -> new Member(memberId(urls, token), "", sorted(urls), List.of(), false))
            .toList();
    var ids = new MemberTable(0, members).members();
    var buffer = ByteBuffer.allocate(ids.size() * Long.BYTES);
    ids.forEach(member -> buffer.putLong(member.id()));
    return new MemberTable(firstLong(buffer.array()), members);
  }

  /** The id of the member with these peer URLs. */
  public static long memberId(List<String> peerUrls, String token) {
    var text = String.join("", sorted(peerUrls)) + token;
    return firstLong(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Each member may be told the URLs in an order of its own; what they all store is the same. */
  private static List<String> sorted(List<String> urls) {
    return urls.stream().sorted().toList();
  }

  private static long firstLong(byte[] input) {
    try {
      long id = ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(input)).getLong();
      return id == 0 ? 1 : id; // 0 means nobody
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
