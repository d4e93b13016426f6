package dev.keelson.chaos.processes;

import dev.keelson.conformance.process.Program;
import java.util.List;
import java.util.Optional;

/**
 * The program the tests run: Keelson, or with {@code -Dkeelson.chaos.program=etcd} the etcd of the
 * machine, which shows that a test asks for nothing etcd does not do.
 */
final class Programs {
  private static final String MAIN_CLASS = "dev.keelson.cli.Main";

  private Programs() {}

  static Program underTest() {
    return isEtcd() ? Program.Etcd.debian() : keelson();
  }

  static boolean isEtcd() {
    return Optional.ofNullable(System.getProperty("keelson.chaos.program"))
        .map("etcd"::equals)
        .orElse(false);
  }

  /** A small heap and the serial collector: three members and a load share two cores. */
  private static Program keelson() {
    return new Program.Java(
        MAIN_CLASS,
        List.of("-Xmx384m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"),
        List.of("server"));
  }
}
