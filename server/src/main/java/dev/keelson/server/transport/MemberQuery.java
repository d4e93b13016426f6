package dev.keelson.server.transport;

import dev.keelson.api.peer.FrameKind;
import dev.keelson.api.peer.MembersAnswer;
import dev.keelson.api.peer.MembersRequest;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.MemberTableCodec;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;

/** Asks a peer who the members are, before this process is one. Blocks; for the start only. */
public final class MemberQuery {
  private static final int MAX_ANSWER_BYTES = 16 << 20;

  private MemberQuery() {}

  /** The members as the peer at this URL knows them; empty if it does not tell in time. */
  public static Optional<MemberTable> ask(String peerUrl, Duration timeout) {
    var url = PeerUrl.parse(peerUrl);
    if (url.isEmpty()) {
      return Optional.empty();
    }
    try (var socket = new Socket()) {
      int millis = Math.toIntExact(timeout.toMillis());
      socket.connect(new InetSocketAddress(url.get().host(), url.get().port()), millis);
      socket.setSoTimeout(millis);
      socket.getOutputStream().write(request());
      var answer = read(new DataInputStream(socket.getInputStream()));
      return Optional.of(MemberTableCodec.decode(answer.getTable(), answer.getVersion()));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static byte[] request() {
    var frame = Unpooled.buffer();
    Frames.write(
        frame,
        FrameKind.MEMBERS_REQUEST,
        MembersRequest.newBuilder()
            .setMagic(Handshake.MAGIC)
            .setProtocolVersion(Handshake.PROTOCOL_VERSION)
            .build());
    var bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    return bytes;
  }

  private static MembersAnswer read(DataInputStream in) throws IOException {
    int length = in.readInt();
    int checksum = in.readInt();
    if (length < Frames.KIND_BYTES || length > MAX_ANSWER_BYTES) {
      throw new FrameException("an answer of " + length + " bytes");
    }
    var content = Unpooled.wrappedBuffer(in.readNBytes(length));
    boolean whole =
        content.readableBytes() == length && Frames.checksum(content, 0, length) == checksum;
    if (!whole || content.readByte() != FrameKind.MEMBERS_ANSWER.getNumber()) {
      throw new FrameException("no answer of a member");
    }
    return Frames.parse(content, MembersAnswer::parseFrom);
  }
}
