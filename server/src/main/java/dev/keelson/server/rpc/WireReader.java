package dev.keelson.server.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.InputStream;

/** Reads request messages of one type. */
final class WireReader<Q> {
  /** 128 nested transactions are about 256 levels (data-plane.md section 10); room to spare. */
  private static final int MAX_DEPTH = 1_000;

  private final Parser<Q> parser;

  WireReader(Parser<Q> parser) {
    this.parser = parser;
  }

  /**
   * One copy out of the connection's buffers; the message's byte strings share it.
   *
   * @throws IOException if the bytes are not such a message
   */
  Q read(InputStream in, int size) throws IOException {
    return parse(in.readNBytes(size));
  }

  Q parse(byte[] bytes) throws IOException {
    CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
    input.enableAliasing(true);
    input.setRecursionLimit(MAX_DEPTH);
    var message = parser.parseFrom(input);
    input.checkLastTagWas(0);
    return message;
  }
}
