package dev.keelson.server;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A stream with one watcher, which takes answers only as it is told to. */
final class WatchClient {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  /** An event: "key=value", or "key" where it was deleted. */
  record Seen(long revision, String what) {}

  private final ClientCall<WatchRequest, WatchResponse> call;
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private volatile boolean created;
  private volatile @Nullable Status end;

  private WatchClient(Channel channel, boolean hasLeader) {
    call = channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
    var headers = new Metadata();
    if (hasLeader) {
      headers.put(HAS_LEADER, "true");
    }
    call.start(new Answers(), headers);
  }

  /** Follows all keys with a prefix from a revision on, and takes all that comes. */
  static WatchClient open(Channel channel, String prefix, long from) {
    return new WatchClient(channel, false).create(prefix, from).take(Integer.MAX_VALUE);
  }

  /** Wants to be ended when there is no leader (W20). */
  static WatchClient withLeader(Channel channel, String prefix) {
    return new WatchClient(channel, true).create(prefix, 0).take(Integer.MAX_VALUE);
  }

  /** Takes no answer but the first, that it is there. */
  static WatchClient idle(Channel channel, String prefix) {
    return new WatchClient(channel, false).create(prefix, 0).take(1);
  }

  private WatchClient create(String prefix, long from) {
    var bytes = prefix.getBytes(StandardCharsets.UTF_8);
    bytes[bytes.length - 1]++;
    var create =
        WatchCreateRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(prefix))
            .setRangeEnd(ByteString.copyFrom(bytes))
            .setStartRevision(from)
            .setFragment(true); // what has piled up is more than a client takes in one answer
    call.sendMessage(WatchRequest.newBuilder().setCreateRequest(create).build());
    return this;
  }

  WatchClient take(int answers) {
    call.request(answers);
    return this;
  }

  void cancel() {
    call.cancel("enough", null);
  }

  boolean isCreated() {
    return created;
  }

  List<Seen> seen() {
    return List.copyOf(seen);
  }

  int count() {
    return seen.size();
  }

  Optional<Status> end() {
    return Optional.ofNullable(end);
  }

  private final class Answers extends ClientCall.Listener<WatchResponse> {
    @Override
    public void onMessage(WatchResponse response) {
      created |= response.getCreated();
      for (var event : response.getEventsList()) {
        var kv = event.getKv();
        var value = kv.getVersion() == 0 ? "" : "=" + kv.getValue().toStringUtf8();
        seen.add(new Seen(kv.getModRevision(), kv.getKey().toStringUtf8() + value));
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end = status;
    }
  }
}
