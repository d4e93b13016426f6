package dev.keelson.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** The version this was built as. */
final class Version {
  private Version() {}

  static String text() {
    return "keelson " + number() + "\netcd API 3.7\njava " + Runtime.version();
  }

  static String number() {
    try (InputStream stream = Version.class.getResourceAsStream("version.properties")) {
      var properties = new Properties();
      properties.load(Objects.requireNonNull(stream, "the build puts version.properties here"));
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
