package dev.keelson.client;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.keelson.api.authpb.Permission;
import dev.keelson.api.etcdserverpb.AuthEnableRequest;
import dev.keelson.api.etcdserverpb.AuthGrpc;
import dev.keelson.api.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.api.etcdserverpb.AuthUserAddRequest;
import dev.keelson.api.etcdserverpb.AuthUserGrantRoleRequest;
import io.grpc.netty.NettyChannelBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client with a password, on etcd. */
@Timeout(600)
class EtcdAuthTest {
  private StoreUnderTest.EtcdStore store;

  @BeforeEach
  void start() {
    store = StoreUnderTest.etcd(1);
    var channel =
        NettyChannelBuilder.forTarget(store.endpoints().getFirst()).usePlaintext().build();
    var auth = AuthGrpc.newBlockingStub(channel);
    for (String user : new String[] {"root", "ann"}) {
      auth.userAdd(AuthUserAddRequest.newBuilder().setName(user).setPassword("pw").build());
      auth.roleAdd(AuthRoleAddRequest.newBuilder().setName(user).build());
      auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(user).build());
    }
    KeyRange own = KeyRange.prefix("ann/");
    auth.roleGrantPermission(
        AuthRoleGrantPermissionRequest.newBuilder()
            .setName("ann")
            .setPerm(
                Permission.newBuilder()
                    .setPermType(Permission.Type.READWRITE)
                    .setKey(own.key().toByteString())
                    .setRangeEnd(own.end().toByteString()))
            .build());
    auth.authEnable(AuthEnableRequest.getDefaultInstance());
    channel.shutdownNow();
  }

  @AfterEach
  void stop() {
    if (store != null) {
      store.close();
    }
  }

  private KeelsonClient ann(String password) {
    return KeelsonClient.builder()
        .endpoints(store.endpoints())
        .credentials("ann", password)
        .callTimeout(ofSeconds(60))
        .build();
  }

  @Test
  void permissionsAreThoseOfTheUser() {
    try (var client = ann("pw");
        var stranger = ann("wrong");
        var nobody = KeelsonClient.builder().endpoints(store.endpoints()).build()) {
      assertThat(client.kv().put("ann/a", "1")).isPositive();
      assertThatThrownBy(() -> client.kv().put("bob/a", "1"))
          .isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() -> stranger.kv().put("ann/a", "1"))
          .isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() -> nobody.kv().put("ann/a", "1"))
          .isInstanceOf(AccessDeniedException.class);
      assertThatThrownBy(() -> client.maintenance().status("127.0.0.1:1"))
          .isInstanceOf(IllegalArgumentException.class);
      var refused = Collected.all();
      client.watches().publisher(WatchSpec.prefix("bob/").fromRevision(1)).subscribe(refused);
      await().atMost(ofSeconds(60)).until(() -> refused.failure() != null);
      assertThat(refused.failure()).isInstanceOf(AccessDeniedException.class);
    }
  }

  @Test
  @Tag("AU29")
  void aTokenThatTheServerForgotIsRenewedForCallsAndStreams() {
    try (var client = ann("pw")) {
      long start = client.kv().put("ann/a", "1");
      var collected = Collected.all();
      client
          .watches()
          .publisher(WatchSpec.prefix("ann/").fromRevision(start + 1))
          .subscribe(collected);
      client.kv().put("ann/a", "2");
      await().atMost(ofSeconds(60)).until(() -> collected.told().size() == 1);
      KeptLease lease = client.leases().keep(ofSeconds(60));

      // Simple tokens live in the member's memory.
      store.stop(0);
      store.cluster().member(0).start();

      // A read is repeated until the member serves; a change might be sent too early.
      assertThat(client.kv().get("ann/a")).isPresent();
      assertThat(client.kv().put("ann/a", "3")).isPositive();
      await().atMost(ofSeconds(60)).until(() -> collected.told().size() == 2);
      assertThat(collected.lines()).containsExactly("ann/a=2", "ann/a=3");
      lease.close();
      assertThat(lease.isAlive()).isFalse();
    }
  }
}
