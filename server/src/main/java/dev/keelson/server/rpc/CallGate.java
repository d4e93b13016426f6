package dev.keelson.server.rpc;

import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.RaftStatus;
import dev.keelson.raft.Role;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/** What is asked of every call before its handler sees it (P2). */
final class CallGate {
  private static final Metadata.Key<Boolean> HAS_LEADER =
      InternalMetadata.keyOf("hasleader", asciiFlag(CallGate::isTrue));
  private static final Metadata.Key<Boolean> CLIENT_API_VERSION =
      InternalMetadata.keyOf("client-api-version", asciiFlag(CallGate::isUtf8));

  private final Supplier<RaftStatus> status;

  CallGate(Supplier<RaftStatus> status) {
    this.status = status;
  }

  /** Why this call is refused, in the order of P2; empty if it is not. */
  Optional<EtcdError> refuse(Metadata headers, boolean allowedOnLearner) {
    var now = status.get();
    if (now.role() == Role.LEARNER && !allowedOnLearner) {
      return Optional.of(EtcdError.NOT_SUPPORTED_FOR_LEARNER);
    }
    if (Boolean.FALSE.equals(headers.get(CLIENT_API_VERSION))) {
      return Optional.of(EtcdError.INVALID_CLIENT_API_VERSION);
    }
    if (!now.hasLeader() && needsLeader(headers)) {
      return Optional.of(EtcdError.NO_LEADER);
    }
    return Optional.empty();
  }

  /** Whether the call is of no use to its client without a leader. */
  static boolean needsLeader(Metadata headers) {
    return Boolean.TRUE.equals(headers.get(HAS_LEADER));
  }

  private static boolean isTrue(byte[] value) {
    return value.length == 4
        && value[0] == 't'
        && value[1] == 'r'
        && value[2] == 'u'
        && value[3] == 'e';
  }

  private static boolean isUtf8(byte[] value) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** Reads a header's raw bytes: no string is made, and none is mangled on the way. */
  private static InternalMetadata.TrustedAsciiMarshaller<Boolean> asciiFlag(Judgement judgement) {
    return new InternalMetadata.TrustedAsciiMarshaller<>() {
      @Override
      public byte[] toAsciiString(Boolean value) {
        return value.toString().getBytes(StandardCharsets.US_ASCII);
      }

      @Override
      public Boolean parseAsciiString(byte[] serialized) {
        return judgement.of(serialized);
      }
    };
  }

  private interface Judgement {
    boolean of(byte[] value);
  }
}
