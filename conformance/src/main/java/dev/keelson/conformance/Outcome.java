package dev.keelson.conformance;

/** How a case ended. */
public sealed interface Outcome {
  /** The server did what the case demands. */
  record Passed() implements Outcome {}

  /** The server did something else. */
  record Failed(String reason) implements Outcome {}

  /** The case was not run: this environment lacks what it needs. */
  record Skipped(String reason) implements Outcome {}

  /** The server answered that it does not have this call at all. */
  record Unsupported(String reason) implements Outcome {}

  /** An etcd 3.4 behaved differently, and the specification says it does. */
  record DiffersAsMarked(String reason) implements Outcome {}
}
