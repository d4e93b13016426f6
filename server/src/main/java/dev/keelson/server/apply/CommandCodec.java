package dev.keelson.server.apply;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import dev.keelson.api.command.Command;
import dev.keelson.raft.Bytes;
import java.io.IOException;

/** Reads commands from the log. */
final class CommandCodec {
  /** 128 nested transactions are 256 levels of messages (data-plane.md section 10). */
  private static final int MAX_DEPTH = 1_000;

  private CommandCodec() {}

  /**
   * The command in an entry's payload; its byte strings share the payload's array.
   *
   * @throws IllegalStateException if it cannot be read: the log holds what no version of ours wrote
   */
  static Command decode(Bytes payload) {
    try {
      CodedInputStream input =
          UnsafeByteOperations.unsafeWrap(
                  payload.backingArray(), payload.backingOffset(), payload.length())
              .newCodedInput();
      input.enableAliasing(true);
      input.setRecursionLimit(MAX_DEPTH);
      return Command.parseFrom(input);
    } catch (IOException e) {
      throw new IllegalStateException("a committed command cannot be read", e);
    }
  }
}
