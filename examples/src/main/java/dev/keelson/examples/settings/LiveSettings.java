package dev.keelson.examples.settings;

import dev.keelson.client.Bytes;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.Watcher;
import dev.keelson.client.recipe.DoubleBufferedConfiguration;
import dev.keelson.client.recipe.DoubleBufferedConfiguration.Published;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Settings that belong together and change together, in all programs that follow them: nobody sees
 * some of the old ones beside some of the new. Reading is reading memory. Thread-safe.
 */
public final class LiveSettings implements AutoCloseable {
  private final DoubleBufferedConfiguration configuration;
  private final AtomicReference<Published> current =
      new AtomicReference<>(new Published(0, Map.of()));
  private final Watcher watcher;

  /** Has the settings of the moment when it is made, if there are any. */
  public LiveSettings(KeelsonClient client, String name) {
    this.configuration = new DoubleBufferedConfiguration(client, name);
    this.watcher = configuration.follow(current::set);
  }

  /** All settings, as they were published together. */
  public Published current() {
    return current.get();
  }

  public Optional<String> get(String setting) {
    return Optional.ofNullable(current().entries().get(setting)).map(Bytes::utf8);
  }

  /** Makes these the settings of all who follow them. */
  public void publish(Map<String, Bytes> settings) {
    configuration.publish(settings);
  }

  @Override
  public void close() {
    watcher.close();
  }
}
