package dev.keelson.storage.disk;

import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The tree of names, with a journal of the changes that no directory sync has made durable. A
 * change is atomic, also one that touches two directories.
 */
final class SimulatedNames {
  private final SimulatedDirectory root = new SimulatedDirectory();
  private List<List<Slot>> journal = new ArrayList<>();

  /** A name in a directory and what it stands for after the change; null: it is gone. */
  private record Slot(SimulatedDirectory directory, String name, @Nullable SimulatedNode node) {
    boolean sameName(Slot other) {
      return directory == other.directory && name.equals(other.name);
    }
  }

  @Nullable SimulatedNode find(Path path) {
    SimulatedNode node = root;
    for (Path name : path.toAbsolutePath().normalize()) {
      SimulatedNode child =
          node instanceof SimulatedDirectory parent ? parent.live.get(name.toString()) : null;
      if (child == null) {
        return null;
      }
      node = child;
    }
    return node;
  }

  SimulatedContent file(Path path) throws FileSystemException {
    return switch (find(path)) {
      case SimulatedContent content -> content;
      case SimulatedDirectory directory ->
          throw new FileSystemException(path.toString(), null, "Is a directory");
      case null -> throw new NoSuchFileException(path.toString());
    };
  }

  SimulatedDirectory directory(Path path) throws FileSystemException {
    return switch (find(path)) {
      case SimulatedDirectory directory -> directory;
      case SimulatedContent content -> throw new NotDirectoryException(path.toString());
      case null -> throw new NoSuchFileException(path.toString());
    };
  }

  void add(Path path, SimulatedNode node) throws FileSystemException {
    if (find(path) != null) {
      throw new FileAlreadyExistsException(path.toString());
    }
    change(List.of(slot(path, node)));
  }

  void remove(Path path) throws FileSystemException {
    switch (find(path)) {
      case SimulatedDirectory directory when !directory.live.isEmpty() ->
          throw new DirectoryNotEmptyException(path.toString());
      case null -> throw new NoSuchFileException(path.toString());
      default -> change(List.of(slot(path, null)));
    }
  }

  void rename(Path from, Path to) throws FileSystemException {
    SimulatedNode moved = find(from);
    if (moved == null) {
      throw new NoSuchFileException(from.toString());
    }
    SimulatedNode replaced = find(to);
    if (replaced == moved) {
      return;
    }
    boolean directory = moved instanceof SimulatedDirectory;
    boolean sameKind = replaced == null || directory == replaced instanceof SimulatedDirectory;
    if (!sameKind || absolute(to).startsWith(absolute(from))) {
      throw new FileSystemException(from.toString(), to.toString(), "Invalid argument");
    }
    if (replaced instanceof SimulatedDirectory target && !target.live.isEmpty()) {
      throw new DirectoryNotEmptyException(to.toString());
    }
    change(List.of(slot(from, null), slot(to, moved)));
  }

  /**
   * Makes the names of this directory durable, and the earlier changes of other names that they
   * build on, but nothing else.
   */
  void sync(SimulatedDirectory directory) {
    var needed = new ArrayList<Slot>();
    Deque<List<Slot>> done = new ArrayDeque<>();
    var rest = new ArrayList<List<Slot>>();
    for (List<Slot> change : journal.reversed()) {
      boolean wanted =
          change.stream()
              .anyMatch(
                  slot ->
                      slot.directory() == directory || needed.stream().anyMatch(slot::sameName));
      if (wanted) {
        needed.addAll(change);
        done.addFirst(change);
      } else {
        rest.add(change);
      }
    }
    Collections.reverse(rest);
    journal = rest;
    done.forEach(SimulatedNames::makeDurable);
  }

  void powerLoss(Survival survival, RandomGenerator random) {
    surviving(survival, random).forEach(SimulatedNames::makeDurable);
    journal = new ArrayList<>();
    revert(root);
    allFiles().forEach(file -> file.powerLoss(survival, random));
  }

  /** A prefix is what a journal leaves; other file systems may leave any of the changes. */
  private List<List<Slot>> surviving(Survival survival, RandomGenerator random) {
    return switch (survival) {
      case NOTHING -> List.of();
      case EVERYTHING -> journal;
      case TORN ->
          random.nextBoolean()
              ? journal.subList(0, random.nextInt(journal.size() + 1))
              : journal.stream().filter(_ -> random.nextBoolean()).toList();
    };
  }

  /** No name is left. */
  void clear() {
    journal = new ArrayList<>();
    root.live.clear();
    root.durable.clear();
  }

  /** Every file that has a name, each once, in a fixed order. */
  List<SimulatedContent> allFiles() {
    var found = new ArrayList<SimulatedContent>();
    collect(root, found, Collections.newSetFromMap(new IdentityHashMap<>()));
    return found;
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  private Slot slot(Path path, @Nullable SimulatedNode node) throws FileSystemException {
    Path absolute = absolute(path);
    Path parent = absolute.getParent();
    if (parent == null) {
      throw new FileSystemException(path.toString(), null, "The root has no name");
    }
    return new Slot(directory(parent), absolute.getFileName().toString(), node);
  }

  private void change(List<Slot> slots) {
    for (Slot slot : slots) {
      put(slot.directory().live, slot);
    }
    journal.add(slots);
  }

  private static void makeDurable(List<Slot> slots) {
    for (Slot slot : slots) {
      put(slot.directory().durable, slot);
    }
  }

  private static void put(Map<String, SimulatedNode> names, Slot slot) {
    SimulatedNode node = slot.node();
    if (node == null) {
      names.remove(slot.name());
    } else {
      names.put(slot.name(), node);
    }
  }

  private static void revert(SimulatedDirectory directory) {
    directory.live.clear();
    directory.live.putAll(directory.durable);
    for (SimulatedNode node : directory.live.values()) {
      if (node instanceof SimulatedDirectory child) {
        revert(child);
      }
    }
  }

  private static void collect(
      SimulatedDirectory directory, List<SimulatedContent> found, Set<SimulatedNode> seen) {
    for (SimulatedNode node : directory.live.values()) {
      switch (node) {
        case SimulatedDirectory child -> collect(child, found, seen);
        case SimulatedContent content -> {
          if (seen.add(content)) {
            found.add(content);
          }
        }
      }
    }
  }
}
