package dev.keelson.server.rpc;

import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.server.watch.WatchHub;
import io.grpc.ServerServiceDefinition;
import java.util.function.Function;

/** etcdserverpb.Watch (data-plane.md section 6). */
final class WatchService {
  private final WatchHub hub;
  private final ResponseHeaders headers;
  private final int fragmentBytes;
  private final Access access;

  /**
   * @param fragmentBytes W15: from this size on answers may be sent in parts
   */
  WatchService(WatchHub hub, ResponseHeaders headers, int fragmentBytes, Access access) {
    this.hub = hub;
    this.headers = headers;
    this.fragmentBytes = fragmentBytes;
    this.access = access;
  }

  ServerServiceDefinition bind(CallEnvironment environment) {
    return new ServiceBinder(WatchGrpc.SERVICE_NAME, environment)
        .stream(
                WatchGrpc.getWatchMethod(),
                WatchRequest.parser(),
                WatchAnswer.MARSHALLER,
                sink -> open(sink, Function.identity()))
            .build();
  }

  /** Serves watchers to somebody who needs their answers as messages. */
  StreamReceiver<WatchRequest> watch(StreamSink<WatchResponse> sink) {
    return open(sink, WatchAnswer::message);
  }

  private <R> StreamReceiver<WatchRequest> open(StreamSink<R> sink, Function<WatchAnswer, R> form) {
    return new WatchCall<>(hub, new WatchAnswers(headers, fragmentBytes), access, sink, form);
  }
}
