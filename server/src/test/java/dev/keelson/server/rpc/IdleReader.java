package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;

/** A client that asks and does not take the answers. */
final class IdleReader {
  private final List<ClientCall<RangeRequest, RangeResponse>> calls = new ArrayList<>();

  IdleReader(Channel channel, int count) {
    for (int i = 0; i < count; i++) {
      calls.add(channel.newCall(KVGrpc.getRangeMethod(), CallOptions.DEFAULT));
    }
  }

  void send(RangeRequest request) {
    for (var call : calls) {
      call.start(new ClientCall.Listener<>() {}, new Metadata());
      call.sendMessage(request); // and no call.request: the window fills and stays full
      call.halfClose();
    }
  }

  void cancel() {
    calls.forEach(call -> call.cancel("enough", null));
  }
}
