package dev.keelson.server.rpc;

import dev.keelson.server.json.JsonException;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Cuts a body into the JSON objects it is a sequence of, as they come. */
final class JsonSplitter {
  private final ByteArrayOutputStream object = new ByteArrayOutputStream();
  private final Consumer<byte[]> whole;
  private int depth;
  private boolean inString;
  private boolean escaped;

  JsonSplitter(Consumer<byte[]> whole) {
    this.whole = whole;
  }

  /** Bytes of the object that is not whole yet. */
  int held() {
    return object.size();
  }

  /**
   * @throws JsonException if there is anything but space between objects
   */
  void add(ByteBuf part) throws JsonException {
    while (part.isReadable()) {
      byte next = part.readByte();
      if (depth == 0) {
        if (next == ' ' || next == '\n' || next == '\r' || next == '\t') {
          continue;
        }
        if (next != '{') {
          throw new JsonException("an object was expected");
        }
      }
      object.write(next);
      if (inString) {
        inString = escaped || next != '"';
        escaped = !escaped && next == '\\';
      } else {
        structure(next);
      }
    }
  }

  private void structure(byte next) {
    switch (next) {
      case '"' -> inString = true;
      case '{', '[' -> depth++;
      case '}', ']' -> {
        depth--;
        if (depth == 0) {
          byte[] bytes = object.toByteArray();
          object.reset();
          whole.accept(bytes);
        }
      }
      default -> {}
    }
  }
}
