package dev.keelson.server.cluster;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The peer URLs that an operator gives a member (MB6). */
public final class PeerUrls {
  private PeerUrls() {}

  /** The URLs as they are stored, sorted; empty if there is none or one of them cannot be. */
  public static Optional<List<String>> parse(List<String> given) {
    var urls = given.stream().map(String::strip).sorted().toList();
    return urls.isEmpty() || !urls.stream().allMatch(PeerUrls::isValid)
        ? Optional.empty()
        : Optional.of(urls);
  }

  private static boolean isValid(String text) {
    try {
      var url = new URI(text);
      return switch (String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT)) {
        case "http", "https" ->
            url.getHost() != null && url.getPort() >= 0 && url.getRawPath().isEmpty();
        case "unix", "unixs" -> !url.getSchemeSpecificPart().isEmpty();
        default -> false;
      };
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
