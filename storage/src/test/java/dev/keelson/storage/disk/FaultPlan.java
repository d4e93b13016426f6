package dev.keelson.storage.disk;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Decides what happens to each changing operation of a {@link SimulatedDisk}. */
@FunctionalInterface
public interface FaultPlan {

  /** Operations that change what is, or will be, on the disk. */
  enum Operation {
    CREATE,
    WRITE,
    TRUNCATE,
    SYNC,
    RENAME,
    LINK,
    DELETE,
    CREATE_DIRECTORY,
    SYNC_DIRECTORY
  }

  /** What becomes of one operation. */
  enum Verdict {
    PROCEED,
    /** An IOException. A write may be done in part; a sync drops what it should have written. */
    FAIL,
    /** As {@link #FAIL}, for want of space; what needs none proceeds. */
    FULL,
    /** A write goes to another place in its file, and success is reported; others proceed. */
    MISDIRECT,
    /** The machine stops before the operation took effect; a write may still have left traces. */
    CRASH_BEFORE,
    /** The operation is complete, but nobody hears of it. */
    CRASH_AFTER,
    /** The disk lies: success is reported, nothing was done. */
    LOSE
  }

  FaultPlan NONE = (number, operation, path) -> Verdict.PROCEED;

  /**
   * Judges an operation.
   *
   * @param number counts all changing operations of the disk, from 0
   */
  Verdict judge(long number, Operation operation, Path path);

  /** One operation, by its number, gets this verdict. */
  static FaultPlan at(long chosen, Verdict verdict) {
    return (number, operation, path) -> number == chosen ? verdict : Verdict.PROCEED;
  }

  /** The k-th operation of one kind from now on, counted from 0, gets this verdict, once. */
  static FaultPlan nth(Operation kind, long k, Verdict verdict) {
    var seen = new AtomicLong();
    return (number, operation, path) ->
        operation == kind && seen.getAndIncrement() == k ? verdict : Verdict.PROCEED;
  }

  /** As {@link #nth}, and so does every later operation of the kind. */
  static FaultPlan fromNth(Operation kind, long k, Verdict verdict) {
    var seen = new AtomicLong();
    return (number, operation, path) ->
        operation == kind && seen.getAndIncrement() >= k ? verdict : Verdict.PROCEED;
  }

  /** This plan, for some files only. */
  default FaultPlan onlyFor(Predicate<Path> files) {
    return (number, operation, path) ->
        files.test(path) ? judge(number, operation, path) : Verdict.PROCEED;
  }

  /** Operations of these kinds get this verdict, always. */
  static FaultPlan always(EnumSet<Operation> kinds, Verdict verdict) {
    return (number, operation, path) -> kinds.contains(operation) ? verdict : Verdict.PROCEED;
  }
}
