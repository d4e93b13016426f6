package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.api.etcdserverpb.AuthGrpc;
import dev.keelson.api.etcdserverpb.ClusterGrpc;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.v3electionpb.ElectionGrpc;
import dev.keelson.api.v3lockpb.LockGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthGrpc;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AccessTableTest {
  private static Stream<ServiceDescriptor> services() {
    return Stream.of(
        KVGrpc.getServiceDescriptor(),
        WatchGrpc.getServiceDescriptor(),
        LeaseGrpc.getServiceDescriptor(),
        ClusterGrpc.getServiceDescriptor(),
        MaintenanceGrpc.getServiceDescriptor(),
        AuthGrpc.getServiceDescriptor(),
        LockGrpc.getServiceDescriptor(),
        ElectionGrpc.getServiceDescriptor(),
        HealthGrpc.getServiceDescriptor());
  }

  @Test
  void everyMethodOfTheApiHasARowAndNothingElse() {
    assertThat(AccessTable.rows().keySet())
        .containsExactlyInAnyOrderElementsOf(
            services()
                .flatMap(service -> service.getMethods().stream())
                .map(MethodDescriptor::getFullMethodName)
                .toList());
  }

  @Test
  void whatHasNoRowIsNotServed() {
    assertThatThrownBy(() -> AccessTable.of("etcdserverpb.KV/Erase"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("etcdserverpb.KV/Erase");
  }
}
