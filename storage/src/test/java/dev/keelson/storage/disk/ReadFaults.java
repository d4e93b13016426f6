package dev.keelson.storage.disk;

import java.nio.file.Path;
import java.util.function.Predicate;

/** Decides what happens to each read of a {@link SimulatedDisk}. */
@FunctionalInterface
public interface ReadFaults {

  /** What becomes of one read. */
  enum Verdict {
    PROCEED,
    /** An IOException. */
    FAIL,
    /** One bit of what is read is wrong, this time; at rest it is right. */
    FLIP
  }

  ReadFaults NONE = (path, position) -> Verdict.PROCEED;

  Verdict judge(Path path, long position);

  /** Reads of these files get this verdict. */
  static ReadFaults of(Predicate<Path> files, Verdict verdict) {
    return (path, position) -> files.test(path) ? verdict : Verdict.PROCEED;
  }
}
