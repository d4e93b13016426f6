package dev.keelson.storage.wal;

import dev.keelson.raft.Bytes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Entries for tests. */
final class LogEntries {
  private LogEntries() {}

  static Entry entry(long term, long index, int payloadBytes) {
    var payload = new byte[payloadBytes];
    for (int i = 0; i < payloadBytes; i++) {
      payload[i] = (byte) (term * 31 + index * 7 + i);
    }
    return new Entry(term, index, EntryType.COMMAND, Bytes.wrap(payload));
  }

  static Entry entry(long term, long index, String text) {
    return new Entry(
        term, index, EntryType.COMMAND, Bytes.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Entries {@code [from, to]}. */
  static List<Entry> entries(long term, long from, long to, int payloadBytes) {
    var entries = new ArrayList<Entry>();
    for (long index = from; index <= to; index++) {
      entries.add(entry(term, index, payloadBytes));
    }
    return entries;
  }
}
