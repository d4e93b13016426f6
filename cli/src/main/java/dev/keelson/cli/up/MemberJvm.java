package dev.keelson.cli.up;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * The java command for a member: this process's own Java and class path with the flags that the
 * distribution keeps for members.
 */
final class MemberJvm {
  /** The property that names the distribution. */
  static final String HOME_PROPERTY = "keelson.home";

  static final String OPTIONS_VARIABLE = "KEELSON_JAVA_OPTS";
  private static final String FLAGS_FILE = "member.jvm";
  private static final String AOT_CACHE_FILE = "keelson.aot";

  private MemberJvm() {}

  static List<String> command(Map<String, String> environment) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String home = System.getProperty(HOME_PROPERTY, "");
    if (!home.isEmpty()) {
      addHome(command, Path.of(home));
    }
    var options = new StringTokenizer(environment.getOrDefault(OPTIONS_VARIABLE, ""));
    while (options.hasMoreTokens()) {
      command.add(options.nextToken());
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.keelson.cli.Main"));
    return command;
  }

  private static void addHome(List<String> command, Path home) {
    command.add("@" + home.resolve(FLAGS_FILE));
    command.add("-D" + HOME_PROPERTY + "=" + home);
    command.add("-Djava.library.path=" + home.resolve("natives"));
    Path cache = home.resolve(AOT_CACHE_FILE);
    if (Files.exists(cache)) {
      command.add("-XX:AOTCache=" + cache);
    }
  }
}
