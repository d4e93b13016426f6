package dev.keelson.storage.disk;

import java.util.TreeMap;

/** The names of one directory, as processes see them and as the disk holds them. */
final class SimulatedDirectory implements SimulatedNode {
  final TreeMap<String, SimulatedNode> live = new TreeMap<>();
  final TreeMap<String, SimulatedNode> durable = new TreeMap<>();
}
