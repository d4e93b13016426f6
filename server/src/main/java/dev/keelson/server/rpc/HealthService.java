package dev.keelson.server.rpc;

import dev.keelson.api.status.StatusCode;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;

/**
 * grpc.health.v1.Health: serving, for as long as it answers. It knows one service, the empty name
 * for all of them.
 */
final class HealthService {
  private static final HealthCheckResponse SERVING = response(ServingStatus.SERVING);
  private static final HealthCheckResponse UNKNOWN = response(ServingStatus.SERVICE_UNKNOWN);

  ServerServiceDefinition bind(CallEnvironment environment) {
    return new ServiceBinder(HealthGrpc.SERVICE_NAME, environment)
        .unary(HealthGrpc.getCheckMethod(), HealthCheckRequest.parser(), this::check).stream(
                HealthGrpc.getWatchMethod(), HealthCheckRequest.parser(), StandingAnswer::new)
            .build();
  }

  void check(HealthCheckRequest request, CallContext call, Answer<HealthCheckResponse> answer) {
    if (request.getService().isEmpty()) {
      answer.success(SERVING);
    } else {
      answer.fail(StatusCode.NOT_FOUND, "unknown service");
    }
  }

  /** Says one thing and then keeps quiet until its client goes: what it says never changes. */
  private record StandingAnswer(StreamSink<HealthCheckResponse> sink)
      implements StreamReceiver<HealthCheckRequest> {
    @Override
    public void message(HealthCheckRequest request) {
      sink.send(request.getService().isEmpty() ? SERVING : UNKNOWN);
    }

    @Override
    public void halfClosed() {}

    @Override
    public void ended() {}

    @Override
    public void writable() {}
  }

  private static HealthCheckResponse response(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }
}
