package dev.keelson.server.rpc;

import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a connection's DATA frames before the gRPC library does. It refuses a message by the
 * length it announces, in the words of etcd's library, so that none of it is kept (P1); and it
 * counts the parts of messages that are not whole yet, which the library would gather without bound
 * (MEM-bound). A message that comes in one frame, as nearly all do, costs it one comparison.
 */
final class InboundGuard extends Http2FrameListenerDecorator {
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");

  private final Http2Connection connection;
  private final Http2ConnectionEncoder encoder;
  private final Http2Connection.PropertyKey partialKey;
  private final Admission admission;
  private final int maxMessageBytes;

  private InboundGuard(GrpcHttp2ConnectionHandler grpc, Admission admission, int maxMessageBytes) {
    super(grpc.decoder().frameListener());
    this.connection = grpc.connection();
    this.encoder = grpc.encoder();
    this.partialKey = connection.newKey();
    this.admission = admission;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** Puts a guard before the library's own handling of a connection that has not begun yet. */
  static void install(GrpcHttp2ConnectionHandler grpc, Admission admission, int maxMessageBytes) {
    var guard = new InboundGuard(grpc, admission, maxMessageBytes);
    grpc.decoder().frameListener(guard);
    guard.connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamClosed(Http2Stream stream) {
            guard.forget(stream);
          }
        });
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean endOfStream)
      throws Http2Exception {
    var stream = connection.stream(streamId);
    PartialMessage partial = stream.getProperty(partialKey);
    if (partial == null) {
      if (data.readableBytes() == 0 || PartialMessage.isWhole(data, maxMessageBytes)) {
        return super.onDataRead(context, streamId, data, padding, endOfStream);
      }
      partial = new PartialMessage(maxMessageBytes);
      stream.setProperty(partialKey, partial);
    }
    int heldBefore = partial.heldBytes();
    if (!partial.add(data)) {
      partial.undo(heldBefore);
      refuse(context, stream, StatusCode.RESOURCE_EXHAUSTED, tooLarge(partial.announcedBytes()));
      return data.readableBytes() + padding;
    }
    if (!admission.holdPartial(partial.heldBytes() - heldBefore)) {
      partial.undo(heldBefore);
      var error = EtcdError.REQUEST_TOO_MANY_REQUESTS;
      refuse(context, stream, error.code(), error.message());
      return data.readableBytes() + padding;
    }
    return super.onDataRead(context, streamId, data, padding, endOfStream);
  }

  private String tooLarge(long announcedBytes) {
    return RequestChecks.messageTooLarge(announcedBytes, maxMessageBytes);
  }

  /** Answers in place of the library, which is told that the client has gone. */
  private void refuse(
      ChannelHandlerContext context, Http2Stream stream, StatusCode code, String message)
      throws Http2Exception {
    Http2Headers trailers = new DefaultHttp2Headers();
    if (!stream.isHeadersSent()) {
      trailers.status("200").set(CONTENT_TYPE, GRPC);
    }
    trailers.setInt(GRPC_STATUS, code.number()).set(GRPC_MESSAGE, message);
    int id = stream.id();
    var _ = encoder.writeHeaders(context, id, trailers, 0, true, context.newPromise());
    super.onRstStreamRead(context, id, Http2Error.CANCEL.code());
    var _ = encoder.writeRstStream(context, id, Http2Error.NO_ERROR.code(), context.newPromise());
    context.flush();
  }

  private void forget(Http2Stream stream) {
    @Nullable PartialMessage partial = stream.removeProperty(partialKey);
    if (partial != null) {
      admission.releasePartial(partial.heldBytes());
    }
  }
}
