package dev.keelson.chaos.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * The members of {@code docker-compose.yml} in a project of their own. Clients reach them at their
 * addresses on docker's bridge, so that it takes Linux; cuts take root, nsenter and iptables.
 */
public final class ComposeEnvironment implements Environment {
  private static final int MEMBERS = 3;
  private static final String STOP_SECONDS = "60";

  private final ComposeFile file;
  private final Docker docker;
  private final Path directory;
  private final ComposeLinks links;
  private final List<String> containers = new ArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private ComposeEnvironment(ComposeFile file, Path root, Path directory) {
    this.file = file;
    this.directory = directory;
    docker = new Docker(root, file.environment());
    links = new ComposeLinks(docker, file, containers::get, this::pid);
  }

  /**
   * Makes the containers; nothing is started yet. The image must be there.
   *
   * @param root where {@code docker-compose.yml} is
   * @param directory for logs; it must be there
   */
  public static ComposeEnvironment of(Path root, int size, Path directory, List<String> flags)
      throws IOException {
    if (size != MEMBERS) {
      throw new IllegalArgumentException("docker-compose.yml has three members, not " + size);
    }
    var file = ComposeFile.of(ProcessHandle.current().pid(), size, flags);
    var environment = new ComposeEnvironment(file, root.toRealPath(), directory);
    environment.checkMachine();
    // Whoever interrupts a run leaves no containers behind.
    Runtime.getRuntime().addShutdownHook(new Thread(environment::close));
    environment.create();
    return environment;
  }

  private void checkMachine() {
    require(List.of("docker", "info"), "no docker daemon answers: deploy/compose.sh daemon");
    require(
        List.of("docker", "image", "inspect", image()),
        "no image " + image() + ": deploy/compose.sh images");
    require(List.of("nsenter", "--version"), "partitions take nsenter (Debian: util-linux)");
    require(List.of("iptables", "--version"), "partitions take iptables (Debian: iptables)");
  }

  private void require(List<String> command, String otherwise) {
    if (!docker.succeeds(command)) {
      throw new IllegalStateException(otherwise);
    }
  }

  private static String image() {
    return System.getenv().getOrDefault("KEELSON_IMAGE", "keelson:local");
  }

  private void create() throws IOException {
    Files.writeString(override(), file.override());
    var arguments = new ArrayList<>(List.of("up", "--no-start", "--no-build"));
    arguments.addAll(file.services());
    compose(arguments);
    for (String service : file.services()) {
      containers.add(
          docker.docker(
              "ps",
              "-aq",
              "--no-trunc",
              "--filter",
              "label=com.docker.compose.project=" + file.project(),
              "--filter",
              "label=com.docker.compose.service=" + service));
    }
  }

  private Path override() {
    return directory.toAbsolutePath().resolve("members.yml");
  }

  private void compose(List<String> arguments) {
    var command =
        new ArrayList<>(
            List.of("-p", file.project(), "-f", "docker-compose.yml", "-f", override().toString()));
    command.addAll(arguments);
    docker.compose(command);
  }

  @Override
  public List<String> endpoints() {
    return IntStream.range(0, MEMBERS).mapToObj(member -> file.address(member) + ":2379").toList();
  }

  @Override
  public void start(int member) {
    docker.docker("start", containers.get(member));
    links.started(member);
  }

  @Override
  public boolean isRunning(int member) {
    return state(member, "Running").equals("true");
  }

  @Override
  public boolean isPaused(int member) {
    return state(member, "Paused").equals("true");
  }

  private long pid(int member) {
    return Long.parseLong(state(member, "Pid"));
  }

  private String state(int member, String field) {
    return docker.docker("inspect", "-f", "{{.State." + field + "}}", containers.get(member));
  }

  @Override
  public void kill(int member) {
    if (isRunning(member)) {
      links.ends(member);
      docker.docker("kill", containers.get(member));
      docker.docker("wait", containers.get(member));
    }
  }

  @Override
  public void terminate(int member) {
    links.ends(member);
    docker.docker("stop", "-t", STOP_SECONDS, containers.get(member));
  }

  @Override
  public void pause(int member) {
    docker.docker("pause", containers.get(member));
  }

  @Override
  public void resume(int member) {
    docker.docker("unpause", containers.get(member));
  }

  @Override
  public Links links() {
    return links;
  }

  /** Written anew each time from what docker has kept. */
  @Override
  public Path log(int member) {
    Path log = directory.resolve(ComposeFile.service(member) + ".log");
    try {
      Files.writeString(log, docker.docker("logs", containers.get(member)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return log;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      for (String container : containers) {
        docker.docker("rm", "-f", "-v", container);
      }
      compose(List.of("down", "-v", "--remove-orphans"));
    }
  }
}
