package dev.keelson.storage.mvcc.engine;

import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/** All that a reader shows, in a form that can be compared and printed. */
record EngineContent(SortedMap<String, String> entries) {
  private static final HexFormat HEX = HexFormat.of();

  static EngineContent empty() {
    return new EngineContent(new TreeMap<>());
  }

  static EngineContent of(EngineReader reader) {
    var content = empty();
    for (Family family : Family.byNumber()) {
      try (var all = reader.iterate(family, new byte[0], new byte[0])) {
        while (all.next()) {
          content.entries.put(name(family, all.key()), HEX.formatHex(all.value()));
        }
      }
    }
    return content;
  }

  static String name(Family family, byte[] key) {
    return family.number() + "/" + HEX.formatHex(key);
  }

  /** What the batch makes of it. */
  EngineContent with(EngineBatch batch) {
    var changed = new EngineContent(new TreeMap<>(entries));
    batch.forEach(
        new EngineBatch.Visitor() {
          @Override
          public void put(Family family, byte[] key, byte[] value) {
            changed.entries.put(name(family, key), HEX.formatHex(value));
          }

          @Override
          public void delete(Family family, byte[] key) {
            changed.entries.remove(name(family, key));
          }
        });
    return changed;
  }
}
