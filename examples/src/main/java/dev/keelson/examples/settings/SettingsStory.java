package dev.keelson.examples.settings;

import dev.keelson.client.Bytes;
import dev.keelson.examples.Stage;
import dev.keelson.examples.Story;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Two programs follow settings of which no mix may be seen, while a member is killed. */
public final class SettingsStory implements Story {
  private static final int SETTINGS = 150;
  private static final int VERSIONS = 5;

  @Override
  public void play(Stage stage) throws Exception {
    try (var publisherClient = stage.client();
        var followerClient = stage.client();
        var publisher = new LiveSettings(publisherClient, "settings");
        var follower = new LiveSettings(followerClient, "settings")) {
      for (int version = 1; version <= VERSIONS; version++) {
        if (version == 3) {
          stage.killLeader();
        }
        String all = "version " + version;
        stage.surely(() -> publisher.publish(settings(all)));
        stage.await(
            "the other program sees %d settings of %s".formatted(SETTINGS, all),
            () -> {
              requireNoMix(follower);
              return follower.get("setting-0").equals(Optional.of(all));
            });
      }
    }
  }

  private static Map<String, Bytes> settings(String value) {
    var settings = new TreeMap<String, Bytes>();
    for (int setting = 0; setting < SETTINGS; setting++) {
      settings.put("setting-" + setting, Bytes.of(value));
    }
    return settings;
  }

  private static void requireNoMix(LiveSettings follower) {
    Map<String, Bytes> seen = follower.current().entries();
    boolean whole = seen.isEmpty() || seen.size() == SETTINGS;
    if (!whole || new HashSet<>(seen.values()).size() > 1) {
      throw new IllegalStateException("a mix of settings: " + seen);
    }
  }
}
