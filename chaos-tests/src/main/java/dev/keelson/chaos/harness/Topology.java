package dev.keelson.chaos.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which program the members run, and with what. */
public sealed interface Topology {
  /** The command line of a member. */
  List<String> command(MemberPlan plan);

  /**
   * Keelson, by the java and the class path of this JVM.
   *
   * @param jvm further arguments of the members' JVMs
   */
  record Keelson(List<String> jvm, String mainClass) implements Topology {
    private static final String MAIN = "dev.keelson.cli.Main";

    public Keelson {
      jvm = List.copyOf(jvm);
    }

    public static Keelson plain() {
      return new Keelson(List.of(), MAIN);
    }

    @Override
    public List<String> command(MemberPlan plan) {
      var command = new ArrayList<String>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // Small, and without threads of a collector: members and clients share few cores.
      command.addAll(List.of("-Xmx384m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
      // From the distribution, where native libraries lie beside the jars.
      for (String property : List.of("keelson.home", "java.library.path")) {
        Optional.ofNullable(System.getProperty(property))
            .ifPresent(value -> command.add("-D" + property + "=" + value));
      }
      command.addAll(jvm);
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass, "server"));
      command.addAll(plan.arguments());
      return command;
    }
  }

  /** The etcd of the machine's packages, 3.4. */
  record Etcd(Path binary) implements Topology {
    public static Etcd ofThisMachine() {
      return new Etcd(Path.of("/usr/bin/etcd"));
    }

    @Override
    public List<String> command(MemberPlan plan) {
      var command = new ArrayList<>(List.of(binary.toString()));
      command.addAll(plan.arguments());
      command.addAll(List.of("--logger=zap", "--log-level=warn"));
      return command;
    }
  }
}
