package dev.keelson.chaos.checkers;

import dev.keelson.chaos.history.KeyVersion;
import dev.keelson.chaos.history.ReadOptions;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/** Tells answers from what they should be. */
final class Answers {
  private Answers() {}

  /** What is wrong with an answer, if anything is. */
  static Optional<String> differ(Request.Kv request, Response.Kv expected, Response.Kv actual) {
    if (expected.revision() != actual.revision()) {
      return wrong("revision", expected.revision(), actual.revision());
    }
    return switch (request) {
      case Request.Range range ->
          expected instanceof Response.Range wanted && actual instanceof Response.Range got
              ? ranges(range.options(), wanted, got)
              : wrong("kind", expected, actual);
      case Request.Txn txn ->
          expected instanceof Response.Txn wanted && actual instanceof Response.Txn got
              ? txns(txn, wanted, got)
              : wrong("kind", expected, actual);
      case Request.Put _, Request.Delete _ ->
          expected.equals(actual) ? Optional.empty() : wrong("answer", expected, actual);
    };
  }

  private static Optional<String> txns(Request.Txn txn, Response.Txn wanted, Response.Txn got) {
    if (wanted.succeeded() != got.succeeded()) {
      return wrong("succeeded", wanted.succeeded(), got.succeeded());
    }
    if (wanted.responses().size() != got.responses().size()) {
      return wrong("responses", wanted.responses().size(), got.responses().size());
    }
    List<Request.Kv> branch = wanted.succeeded() ? txn.success() : txn.failure();
    for (int i = 0; i < branch.size(); i++) {
      var difference = differ(branch.get(i), wanted.responses().get(i), got.responses().get(i));
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> ranges(
      ReadOptions options, Response.Range wanted, Response.Range got) {
    if (wanted.count() != got.count()) {
      return wrong("count", wanted.count(), got.count());
    }
    if (wanted.more() != got.more()) {
      return wrong("more", wanted.more(), got.more());
    }
    if (wanted.versions().size() != got.versions().size()) {
      return wrong("keys", wanted.versions(), got.versions());
    }
    return options.sort() == ReadOptions.Sort.KEY
        ? inOrder(options, wanted.versions(), got.versions())
        : amongEquals(options, wanted.versions(), got.versions());
  }

  private static Optional<String> inOrder(
      ReadOptions options, List<KeyVersion> wanted, List<KeyVersion> got) {
    for (int i = 0; i < wanted.size(); i++) {
      if (!shown(options, wanted.get(i)).equals(shown(options, got.get(i)))) {
        return wrong("version", wanted.get(i), got.get(i));
      }
    }
    return Optional.empty();
  }

  /** R11: keys with an equal target may come in any order, and a limit may keep any of them. */
  private static Optional<String> amongEquals(
      ReadOptions options, List<KeyVersion> wanted, List<KeyVersion> got) {
    Comparator<KeyVersion> by = Evaluation.by(options.sort());
    var candidates = new HashMap<Bytes, KeyVersion>();
    wanted.forEach(version -> candidates.put(version.key(), version));
    boolean cut = options.limit() > 0;
    var seen = new HashMap<Bytes, KeyVersion>();
    for (int i = 0; i < wanted.size(); i++) {
      KeyVersion version = got.get(i);
      // By value, what is sorted by is not shown when only keys were asked for.
      boolean sortable = !(options.keysOnly() && options.sort() == ReadOptions.Sort.VALUE);
      if (sortable && by.compare(wanted.get(i), version) != 0) {
        return wrong("version by order", wanted.get(i), version);
      }
      if (seen.put(version.key(), version) != null) {
        return wrong("number of times", version, 2);
      }
      boolean tied = cut && by.compare(wanted.getLast(), version) == 0;
      if (!candidates.containsKey(version.key()) && !tied) {
        return wrong("keys", wanted, got);
      }
      // A key beyond the limit that ties with the last is known by what is sorted by only.
      KeyVersion candidate = candidates.getOrDefault(version.key(), version);
      if (!shown(options, candidate).equals(shown(options, version))) {
        return wrong("version", candidate, version);
      }
    }
    return Optional.empty();
  }

  /** R14: whether the lease is shown with the keys alone depends on the version of etcd. */
  private static KeyVersion shown(ReadOptions options, KeyVersion version) {
    return options.keysOnly()
        ? new KeyVersion(
            version.key(),
            Bytes.EMPTY,
            version.createRevision(),
            version.modRevision(),
            version.version(),
            0)
        : version;
  }

  private static Optional<String> wrong(String what, Object expected, Object actual) {
    return Optional.of("%s should be %s and is %s".formatted(what, expected, actual));
  }
}
