package dev.keelson.storage.wal;

import dev.keelson.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.file.Path;

/** Where the files of new segments come from: made when needed, or made ready ahead. */
interface SegmentSource extends AutoCloseable {
  /** Files not yet part of the log carry this suffix; what an earlier run left is deleted. */
  String TEMPORARY_SUFFIX = ".tmp";

  /** A file of zeros, or empty, still under its temporary name. */
  record Blank(Path path, DiskFile file) {}

  /** The file for the next segment. */
  Blank take() throws IOException;

  /** The current segment is half full: the next one will be wanted. */
  void expectDemand();

  /** Stops what is being made ready. */
  @Override
  void close() throws IOException;
}
