package dev.keelson.storage.wal;

import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments of a directory by their names and headers, checked before anything else is read and
 * before anything is changed.
 *
 * @param live headers of the segments that count, oldest first, without gaps
 * @param overtaken segments before a newer start, which a crash kept from being deleted
 */
record SegmentList(List<SegmentHeader> live, List<SegmentName> overtaken) {
  SegmentList {
    live = List.copyOf(live);
    overtaken = List.copyOf(overtaken);
  }

  static SegmentList read(Disk disk, Path directory, WalIdentity identity) throws IOException {
    var names = new ArrayList<SegmentName>();
    for (String fileName : disk.list(directory)) {
      if (fileName.endsWith(SegmentName.SUFFIX)) {
        names.add(parse(directory, fileName));
      }
    }
    var headers = new ArrayList<SegmentHeader>();
    for (SegmentName name : names) {
      headers.add(readHeader(disk, directory.resolve(name.fileName()), name, identity));
    }
    int start = 0;
    for (int i = 0; i < headers.size(); i++) {
      start = headers.get(i).start() ? i : start;
    }
    List<SegmentHeader> live = headers.subList(start, headers.size());
    checkSequences(directory, live);
    return new SegmentList(live, names.subList(0, start));
  }

  private static SegmentName parse(Path directory, String fileName) throws WalException {
    return SegmentName.parse(fileName)
        .orElseThrow(
            () ->
                new WalException.SegmentMisplaced(
                    directory.resolve(fileName), "no segment has such a name"));
  }

  private static SegmentHeader readHeader(
      Disk disk, Path file, SegmentName name, WalIdentity identity) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
    try (DiskFile opened = disk.open(file, Disk.Mode.READ)) {
      opened.read(bytes, 0);
    }
    SegmentHeader header =
        switch (SegmentHeader.decode(bytes.flip())) {
          case SegmentHeader.Reading.Valid(var valid) -> valid;
          case SegmentHeader.Reading.OtherVersion(int version) ->
              throw new WalException.UnknownVersion(file, version, SegmentHeader.VERSION);
          case SegmentHeader.Reading.Invalid(String reason) ->
              throw new WalException.Corrupt(file, 0, reason);
        };
    if (!header.identity().equals(identity)) {
      throw new WalException.Foreign(file, identity, header.identity());
    }
    if (!header.name().equals(name)) {
      throw new WalException.SegmentMisplaced(
          file, "it was written as " + header.name().fileName());
    }
    return header;
  }

  /** Names are sorted, so a gap or a double shows between neighbours. */
  private static void checkSequences(Path directory, List<SegmentHeader> live) throws WalException {
    for (int i = 1; i < live.size(); i++) {
      SegmentName before = live.get(i - 1).name();
      SegmentName name = live.get(i).name();
      if (name.sequence() == before.sequence()) {
        throw new WalException.SegmentMisplaced(
            directory.resolve(name.fileName()), before.fileName() + " has the same number");
      }
      if (name.sequence() != before.sequence() + 1) {
        throw new WalException.SegmentMissing(
            directory, before.sequence() + 1, name.fileName() + " is there");
      }
    }
  }
}
