package dev.keelson.conformance.process;

import dev.keelson.server.External;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server program that takes etcd's flags. */
public sealed interface Program {
  /** The command line that runs a member in the foreground. */
  List<String> command(MemberSpec member);

  /** The etcd of the machine's packages. */
  record Etcd(Path binary) implements Program {
    public static Etcd debian() {
      return new Etcd(External.ETCD);
    }

    @Override
    public List<String> command(MemberSpec member) {
      var command = new ArrayList<>(List.of(binary.toString()));
      member.arguments().stream().map(Etcd::asIn34).forEach(command::add);
      command.add("--logger=zap");
      command.add("--log-level=warn");
      return command;
    }

    /** Flags that bear another name in 3.4. */
    private static String asIn34(String flag) {
      return flag.replaceFirst(
          "^--watch-progress-notify-interval=", "--experimental-watch-progress-notify-interval=");
    }
  }

  /** A main class on this JVM's class path, run by this JVM's java. */
  record Java(String mainClass, List<String> jvmArguments, List<String> leading)
      implements Program {
    public Java {
      jvmArguments = List.copyOf(jvmArguments);
      leading = List.copyOf(leading);
    }

    @Override
    public List<String> command(MemberSpec member) {
      var command = new ArrayList<String>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(jvmArguments);
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add(mainClass);
      command.addAll(leading);
      command.addAll(member.arguments());
      return command;
    }
  }
}
