package dev.keelson.client.cache;

import dev.keelson.client.Bytes;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/** Which keys have a term. Guarded by the cache's lock. */
final class CacheIndex<V> {
  private final Function<V, Collection<String>> terms;
  private final Map<String, SortedSet<Bytes>> keys = new HashMap<>();

  CacheIndex(Function<V, Collection<String>> terms) {
    this.terms = terms;
  }

  void add(Bytes key, V value) {
    for (String term : terms.apply(value)) {
      boolean unused = keys.computeIfAbsent(term, unusedTerm -> new TreeSet<>()).add(key);
    }
  }

  void remove(Bytes key, V value) {
    for (String term : terms.apply(value)) {
      SortedSet<Bytes> having = keys.get(term);
      if (having != null && having.remove(key) && having.isEmpty()) {
        keys.remove(term);
      }
    }
  }

  Collection<Bytes> lookup(String term) {
    SortedSet<Bytes> having = keys.get(term);
    return having == null ? List.of() : having;
  }
}
