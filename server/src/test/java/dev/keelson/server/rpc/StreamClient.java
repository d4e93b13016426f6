package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.WatchCancelRequest;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** The client's end of a stream of numbers: it takes answers only as it is told to. */
final class StreamClient extends ClientCall.Listener<WatchResponse> {
  private final ClientCall<WatchRequest, WatchResponse> call;
  // Grows to a hundred thousand: a list that copies itself would take minutes.
  private final Queue<Long> received = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();

  StreamClient(ClientCall<WatchRequest, WatchResponse> call, Metadata headers) {
    this.call = call;
    call.start(this, headers);
  }

  StreamClient send(long number) {
    call.sendMessage(
        WatchRequest.newBuilder()
            .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(number))
            .build());
    return this;
  }

  StreamClient sendRaw(WatchRequest request) {
    call.sendMessage(request);
    return this;
  }

  StreamClient take(int count) {
    call.request(count);
    return this;
  }

  StreamClient halfClose() {
    call.halfClose();
    return this;
  }

  void cancel() {
    call.cancel("enough", null);
  }

  List<Long> received() {
    return List.copyOf(received);
  }

  boolean hasEnded() {
    return end.isDone();
  }

  Status awaitEnd() throws Exception {
    return end.get(60, TimeUnit.SECONDS);
  }

  @Override
  public void onMessage(WatchResponse response) {
    received.add(response.getWatchId());
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    end.complete(status);
  }
}
