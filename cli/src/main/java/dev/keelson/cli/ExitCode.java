package dev.keelson.cli;

/** What a command leaves with. The operating guide explains each to operators. */
public final class ExitCode {
  /** Done, or stopped as asked. */
  public static final int OK = 0;

  /** The configuration makes no sense, or the start failed. */
  public static final int FAILED = 1;

  /** The command line cannot be read. */
  public static final int USAGE = 2;

  private ExitCode() {}
}
