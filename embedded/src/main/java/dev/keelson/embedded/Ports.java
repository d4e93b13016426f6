package dev.keelson.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where the members listen, each list in their order. A cluster on disk keeps its ports: members
 * know each other by the ports of their peers.
 */
record Ports(List<ReservedPort> clients, List<ReservedPort> peers) implements AutoCloseable {
  private static final String FILE = "ports";

  static Ports of(int members, Optional<Path> directory) {
    Optional<Path> file = directory.map(data -> data.resolve(FILE));
    List<Integer> known =
        file.filter(Files::exists)
            .map(Ports::read)
            .orElseGet(() -> IntStream.range(0, 2 * members).mapToObj(_ -> 0).toList());
    if (known.size() != 2 * members) {
      throw new IllegalArgumentException(
          "%s holds %d members, not %d"
              .formatted(directory.orElseThrow(), known.size() / 2, members));
    }
    var ports = reserve(known);
    file.ifPresent(path -> write(path, ports));
    return ports;
  }

  private static Ports reserve(List<Integer> numbers) {
    var reserved = new ArrayList<ReservedPort>();
    try {
      numbers.forEach(number -> reserved.add(ReservedPort.of(number)));
    } catch (EmbeddedException e) {
      reserved.forEach(ReservedPort::close);
      throw e;
    }
    int members = numbers.size() / 2;
    return new Ports(
        List.copyOf(reserved.subList(0, members)),
        List.copyOf(reserved.subList(members, 2 * members)));
  }

  private static List<Integer> read(Path file) {
    try {
      return Files.readString(file).lines().map(Integer::valueOf).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(file + " does not hold ports", e);
    }
  }

  private static void write(Path file, Ports ports) {
    var lines = ports.all().map(port -> Integer.toString(port.number())).toList();
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, lines);
    } catch (IOException e) {
      ports.close();
      throw new UncheckedIOException(e);
    }
  }

  private Stream<ReservedPort> all() {
    return Stream.concat(clients.stream(), peers.stream());
  }

  @Override
  public void close() {
    all().forEach(ReservedPort::close);
  }
}
