package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.etcdserverpb.AuthGrpc;
import dev.keelson.api.etcdserverpb.ClusterGrpc;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.status.StatusCode;
import dev.keelson.api.v3electionpb.ElectionGrpc;
import dev.keelson.api.v3lockpb.LockGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayRoutesTest {
  @Tag("GW1")
  @Test
  void everyMethodHasARouteButRangeStream() {
    var methods =
        Stream.of(
                KVGrpc.getServiceDescriptor(),
                WatchGrpc.getServiceDescriptor(),
                LeaseGrpc.getServiceDescriptor(),
                ClusterGrpc.getServiceDescriptor(),
                MaintenanceGrpc.getServiceDescriptor(),
                AuthGrpc.getServiceDescriptor(),
                LockGrpc.getServiceDescriptor(),
                ElectionGrpc.getServiceDescriptor())
            .flatMap(service -> service.getMethods().stream())
            .map(MethodDescriptor::getFullMethodName)
            .filter(name -> !name.equals("etcdserverpb.KV/RangeStream"))
            .toList();

    assertThat(GatewayRoutes.methods().values().stream().distinct())
        .containsExactlyInAnyOrderElementsOf(methods);
  }

  @Tag("GW7")
  @ParameterizedTest
  @CsvSource({
    "CANCELLED, 499",
    "UNKNOWN, 500",
    "INVALID_ARGUMENT, 400",
    "DEADLINE_EXCEEDED, 504",
    "NOT_FOUND, 404",
    "ALREADY_EXISTS, 409",
    "PERMISSION_DENIED, 403",
    "UNAUTHENTICATED, 401",
    "RESOURCE_EXHAUSTED, 429",
    "FAILED_PRECONDITION, 400",
    "ABORTED, 409",
    "OUT_OF_RANGE, 400",
    "UNIMPLEMENTED, 501",
    "INTERNAL, 500",
    "UNAVAILABLE, 503",
    "DATA_LOSS, 500"
  })
  void errorsHaveTheStatusOfTheirCode(StatusCode code, int status) {
    var reply =
        GatewayError.of(Status.fromCodeValue(code.number()).withDescription("why \"x\"")).reply();

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.body())
        .isEqualTo("{\"code\":%d,\"message\":\"why \\\"x\\\"\"}".formatted(code.number()));
    assertThat(reply.headers().containsKey("WWW-Authenticate"))
        .isEqualTo(code == StatusCode.UNAUTHENTICATED);
  }
}
