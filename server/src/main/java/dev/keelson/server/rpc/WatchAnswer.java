package dev.keelson.server.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.api.etcdserverpb.WatchResponse;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** A WatchResponse ready to be sent: a small envelope of its own, and events shared with others. */
final class WatchAnswer {
  static final MethodDescriptor.Marshaller<WatchAnswer> MARSHALLER = new Outbound();

  private final byte[] envelope;
  private final List<byte[]> events;
  private final int size;

  /**
   * Takes the arrays over without a copy.
   *
   * @param events encoded as fields of the response
   */
  WatchAnswer(byte[] envelope, List<byte[]> events) {
    this.envelope = envelope;
    this.events = events;
    long bytes = envelope.length;
    for (byte[] event : events) {
      bytes += event.length;
    }
    this.size = Math.toIntExact(bytes);
  }

  int size() {
    return size;
  }

  private void writeTo(OutputStream out) throws IOException {
    out.write(envelope);
    for (byte[] event : events) {
      out.write(event);
    }
  }

  private byte[] bytes() {
    var out = new ByteArrayOutputStream(size);
    try {
      writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** The same as a message, for who does not send it as it is. */
  WatchResponse message() {
    try {
      return WatchResponse.parseFrom(bytes());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an answer of our own cannot be read", e);
    }
  }

  private static final class Outbound implements MethodDescriptor.Marshaller<WatchAnswer> {
    @Override
    public InputStream stream(WatchAnswer answer) {
      return new Content(answer);
    }

    @Override
    public WatchAnswer parse(InputStream stream) {
      throw new UnsupportedOperationException("answers are only sent");
    }
  }

  /** Written at once by the gRPC library; read byte by byte by nobody but a compressor. */
  private static final class Content extends InputStream implements KnownLength, Drainable {
    private final WatchAnswer answer;
    private InputStream rest = nullInputStream();
    private boolean begun;

    Content(WatchAnswer answer) {
      this.answer = answer;
    }

    @Override
    public int available() throws IOException {
      return begun ? rest.available() : answer.size;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      if (begun) {
        return (int) rest.transferTo(target);
      }
      begun = true;
      answer.writeTo(target);
      return answer.size;
    }

    private InputStream rest() {
      if (!begun) {
        begun = true;
        rest = new ByteArrayInputStream(answer.bytes());
      }
      return rest;
    }

    @Override
    public int read() throws IOException {
      return rest().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return rest().read(target, offset, length);
    }
  }
}
