package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import dev.keelson.api.authpb.Permission;
import dev.keelson.api.etcdserverpb.AuthGrpc;
import dev.keelson.api.etcdserverpb.ClusterGrpc;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.v3electionpb.ElectionGrpc;
import dev.keelson.api.v3lockpb.LockGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, on whole members. */
class AuthScenarioTest {
  private static final String NOBODY = "INVALID_ARGUMENT etcdserver: user name is empty";
  private static final String DENIED = "PERMISSION_DENIED etcdserver: permission denied";
  private static final String DENIED_AS_A_CLIENT = "UNKNOWN etcdserver: permission denied";
  private static final String NOBODY_AS_A_CLIENT = "UNKNOWN etcdserver: user name is empty";
  private static final String OLD = "INVALID_ARGUMENT etcdserver: revision of auth store is old";
  private static final String SERVED = "OK";

  @TempDir Path directory;

  /**
   * What a method answers to nobody, and to a user who may read and write "mine" alone. The request
   * asks for "theirs", wherever it can.
   */
  private record Row(String request, String toNobody, String toUser) {}

  private static Row judged(String request, String toUser) {
    return new Row(request, NOBODY, toUser);
  }

  /** The authorization matrix: every way to reach a key that is another's. */
  private static Map<String, List<Row>> matrix() {
    var rows = new LinkedHashMap<String, List<Row>>();
    addKeys(rows);
    addTheRest(rows);
    addAccounts(rows);
    return rows;
  }

  private static void addKeys(Map<String, List<Row>> rows) {
    String put = "key: 'theirs' value: 'x'";
    rows.put(
        "Range",
        List.of(
            judged("key: 'theirs'", DENIED),
            judged("key: 'theirs' serializable: true", DENIED),
            judged("key: 'theirs' count_only: true", DENIED),
            judged("key: 'mine' range_end: '\\000'", DENIED),
            judged("key: 'theirs' revision: 999999", DENIED),
            judged("key: 'mine'", SERVED)));
    rows.put(
        "RangeStream", List.of(judged("key: 'theirs'", DENIED), judged("key: 'mine'", SERVED)));
    rows.put(
        "Put",
        List.of(
            judged(put, DENIED),
            judged("key: 'theirs' ignore_value: true", DENIED),
            judged("key: 'mine' lease: 77", DENIED),
            judged("key: 'mine' value: 'x'", SERVED)));
    rows.put(
        "DeleteRange",
        List.of(
            judged("key: 'theirs'", DENIED),
            judged("key: 'mine' range_end: 'z'", DENIED),
            judged("key: 'mine' prev_kv: true", SERVED)));
    rows.put(
        "Txn",
        List.of(
            judged("compare { key: 'theirs' }", DENIED),
            judged("compare { key: 'mine' range_end: 'z' }", DENIED),
            judged("success { request_range { key: 'theirs' } }", DENIED),
            judged("failure { request_range { key: 'theirs' } }", DENIED),
            judged("success { request_put { " + put + " } }", DENIED),
            judged("failure { request_put { " + put + " } }", DENIED),
            judged("success { request_put { key: 'mine' lease: 77 } }", DENIED),
            judged("success { request_delete_range { key: 'theirs' } }", DENIED),
            judged(
                "success { request_txn { success { request_txn { failure { request_range {"
                    + " key: 'theirs' } } } } } }",
                DENIED),
            judged("success { request_txn { compare { key: 'theirs' } } }", DENIED),
            judged("success { request_put { key: 'mine' prev_kv: true } }", SERVED)));
  }

  private static void addTheRest(Map<String, List<Row>> rows) {
    rows.put("Compact", List.of(judged("revision: 1", DENIED)));
    rows.put("LeaseGrant", List.of(judged("TTL: 60", SERVED)));
    rows.put("LeaseRevoke", List.of(judged("ID: 77", DENIED)));
    rows.put(
        "LeaseTimeToLive", List.of(judged("ID: 77 keys: true", DENIED), judged("ID: 77", SERVED)));
    rows.put("LeaseLeases", List.of(judged("", DENIED)));
    rows.put("MemberList", List.of(judged("", SERVED), judged("linearizable: true", SERVED)));
    rows.put("MemberAdd", List.of(judged("peerURLs: 'http://127.0.0.1:1'", DENIED)));
    rows.put("MemberRemove", List.of(judged("ID: 1", DENIED)));
    rows.put("MemberUpdate", List.of(judged("ID: 1 peerURLs: 'http://127.0.0.1:1'", DENIED)));
    rows.put("MemberPromote", List.of(judged("ID: 1", DENIED)));
    rows.put(
        "Alarm",
        List.of(
            judged("action: GET", SERVED),
            judged("action: ACTIVATE memberID: 1 alarm: NOSPACE", DENIED),
            judged("action: DEACTIVATE memberID: 1 alarm: NOSPACE", DENIED)));
    rows.put("Status", List.of(judged("", SERVED)));
    for (var method : List.of("Defragment", "Hash", "HashKV", "MoveLeader")) {
      rows.put(method, List.of(judged("", DENIED)));
    }
  }

  private static void addAccounts(Map<String, List<Row>> rows) {
    for (var method : List.of("AuthEnable", "AuthDisable", "UserList", "RoleList")) {
      rows.put(method, List.of(judged("", DENIED)));
    }
    for (var method : List.of("UserAdd", "UserDelete", "UserChangePassword", "RoleAdd")) {
      rows.put(method, List.of(judged("name: 'user'", DENIED)));
    }
    rows.put("UserGrantRole", List.of(judged("user: 'user' role: 'root'", DENIED)));
    rows.put("UserRevokeRole", List.of(judged("name: 'root' role: 'root'", DENIED)));
    rows.put("RoleDelete", List.of(judged("role: 'user'", DENIED)));
    rows.put(
        "RoleGrantPermission",
        List.of(judged("name: 'user' perm { permType: READ key: 'theirs' }", DENIED)));
    rows.put("RoleRevokePermission", List.of(judged("role: 'user' key: 'mine'", DENIED)));
    rows.put("UserGet", List.of(judged("name: 'root'", DENIED), judged("name: 'user'", SERVED)));
    rows.put("RoleGet", List.of(judged("role: 'other'", DENIED), judged("role: 'user'", SERVED)));
    rows.put("AuthStatus", List.of(new Row("", SERVED, SERVED)));
    rows.put("Authenticate", List.of(new Row("name: 'user' password: 'user'", SERVED, SERVED)));
    rows.put("Lock", List.of(asAClient("name: 'theirs'")));
    rows.put("Unlock", List.of(asAClient("key: 'theirs'")));
    rows.put("Campaign", List.of(asAClient("name: 'theirs' value: 'x'")));
    var leader = "leader { name: 'theirs' key: 'theirs/1' rev: 1 lease: 77 }";
    rows.put("Proclaim", List.of(asAClient(leader)));
    rows.put("Resign", List.of(asAClient(leader)));
    rows.put("Leader", List.of(asAClient("name: 'theirs'")));
    rows.put("Observe", List.of(asAClient("name: 'theirs'")));
  }

  private static Row asAClient(String request) {
    return new Row(request, NOBODY_AS_A_CLIENT, DENIED_AS_A_CLIENT);
  }

  /** Streams of requests, which have tests of their own; and what this version does not serve. */
  private static final Set<String> NOT_HERE = Set.of("LeaseKeepAlive", "Snapshot", "Downgrade");

  private static Stream<MethodDescriptor<?, ?>> methods() {
    return Stream.of(
            KVGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(),
            ClusterGrpc.getServiceDescriptor(),
            MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(),
            LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor())
        .<MethodDescriptor<?, ?>>flatMap(service -> service.getMethods().stream())
        .filter(method -> !NOT_HERE.contains(method.getBareMethodName()));
  }

  @TestFactory
  Stream<DynamicTest> nobodyReachesWhatIsAnothersByAnyMethod() throws Exception {
    var cluster = new TestCluster(directory, 1, "--bcrypt-cost=4").startAll();
    var channel = cluster.client(0).channel();
    var root = SignedIn.switchOn(channel);
    root.addUserWithRole("other");
    root.addUserWithRole("user");
    root.grant("user", Permission.Type.READWRITE, "mine");
    call(root.channel(), "LeaseGrant", "ID: 77 TTL: 600");
    call(root.channel(), "Put", "key: 'theirs' value: 'secret' lease: 77");
    var user = SignedIn.as(channel, "user").channel();
    var matrix = matrix();
    return methods()
        .flatMap(
            method ->
                matrix.getOrDefault(String.valueOf(method.getBareMethodName()), List.of()).stream()
                    .map(row -> cell(method, row, channel, user))
                    .toList()
                    .stream())
        .onClose(
            () -> {
              assertThat(value(root.channel(), "theirs")).contains("secret");
              cluster.close();
            });
  }

  private static DynamicTest cell(
      MethodDescriptor<?, ?> method, Row row, Channel nobody, Channel user) {
    var name = String.valueOf(method.getBareMethodName());
    return dynamicTest(
        name + " " + row.request,
        () -> {
          assertThat(call(nobody, name, row.request)).as("to nobody").isEqualTo(row.toNobody);
          assertThat(call(user, name, row.request)).as("to the user").isEqualTo(row.toUser);
        });
  }

  @Test
  void theMatrixHasEveryMethod() {
    assertThat(matrix().keySet())
        .containsExactlyInAnyOrderElementsOf(
            methods().map(method -> String.valueOf(method.getBareMethodName())).toList());
  }

  /** What the call comes to: its status, or that it was served. */
  private static String call(Channel channel, String name, String text) {
    var method =
        methods().filter(one -> name.equals(one.getBareMethodName())).findFirst().orElseThrow();
    var type =
        ((ProtoMethodDescriptorSupplier) Objects.requireNonNull(method.getSchemaDescriptor()))
            .getMethodDescriptor();
    var request = DynamicMessage.newBuilder(type.getInputType());
    try {
      TextFormat.merge(text, request);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(text, e);
    }
    var untyped =
        MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
            .setType(method.getType())
            .setFullMethodName(method.getFullMethodName())
            .setRequestMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(type.getInputType())))
            .setResponseMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(type.getOutputType())))
            .build();
    var options = CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS);
    try {
      if (method.getType() == MethodDescriptor.MethodType.UNARY) {
        var _ = ClientCalls.blockingUnaryCall(channel, untyped, options, request.build());
      } else {
        ClientCalls.blockingServerStreamingCall(channel, untyped, options, request.build())
            .forEachRemaining(message -> {});
      }
      return SERVED;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() + " " + e.getStatus().getDescription();
    }
  }

  private static List<String> value(Channel channel, String key) {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build())
        .getKvsList()
        .stream()
        .map(kv -> kv.getValue().toStringUtf8())
        .toList();
  }

  private static void put(Channel channel, String key, String value) {
    var _ =
        KVGrpc.newBlockingStub(channel)
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .put(
                PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(key))
                    .setValue(ByteString.copyFromUtf8(value))
                    .build());
  }

  /**
   * A key is public or secret by turns, and may be read while it is public only: through a follower
   * too, no answer may ever show the secret.
   */
  @Test
  @Tag("I21")
  void noAnswerShowsWhatItsUserCouldNotReadAtThatMoment() throws Exception {
    int rounds = 60;
    try (var cluster = new TestCluster(directory, 3, "--bcrypt-cost=4").startAll()) {
      var first = cluster.client(0).channel();
      var root = SignedIn.switchOn(first);
      root.addUserWithRole("user");
      put(root.channel(), "k", "public");
      root.grant("user", Permission.Type.READ, "k");
      var reader = SignedIn.as(first, "user").channel();
      var over = new AtomicBoolean();
      var seen = new AtomicInteger();
      var readers = new ArrayList<CompletableFuture<Void>>();
      for (int member = 0; member < 3; member++) {
        var token = SignedIn.as(cluster.client(member).channel(), "user").channel();
        readers.add(CompletableFuture.runAsync(() -> readOn(token, over, seen)));
      }
      for (int round = 0; round < rounds; round++) {
        root.revoke("user", "k");
        put(root.channel(), "k", "secret " + round);
        put(root.channel(), "k", "public");
        root.grant("user", Permission.Type.READ, "k");
        assertThat(value(reader, "k")).containsExactly("public");
      }
      over.set(true);
      for (var one : readers) {
        one.get(120, TimeUnit.SECONDS);
      }
      assertThat(seen.get()).isPositive();
    }
  }

  private static void readOn(Channel channel, AtomicBoolean over, AtomicInteger seen) {
    // Unavailable: the member has no leader for a moment, and shows nothing.
    var refusals =
        Set.of(
            Status.Code.PERMISSION_DENIED, Status.Code.INVALID_ARGUMENT, Status.Code.UNAVAILABLE);
    while (!over.get()) {
      try {
        assertThat(value(channel, "k")).containsExactly("public");
        seen.incrementAndGet();
      } catch (StatusRuntimeException e) {
        assertThat(refusals).as(e.getMessage()).contains(e.getStatus().getCode());
      }
    }
  }

  /** OPS-49, 50, 90. */
  @Test
  @Tag("AU31")
  void anyChangeMakesASignedTokenOldForKeysButNotForAdministration() throws Exception {
    var secret = Files.writeString(directory.resolve("secret"), "shared by all members");
    try (var cluster =
        new TestCluster(
                directory,
                1,
                "--bcrypt-cost=4",
                "--auth-token=jwt,sign-method=HS256,priv-key=" + secret)
            .startAll()) {
      var channel = cluster.client(0).channel();
      var root = SignedIn.switchOn(channel);
      root.addUserWithRole("user");
      root.grant("user", Permission.Type.READ, "mine");
      var user = SignedIn.as(channel, "user").channel();
      assertThat(call(user, "Range", "key: 'mine'")).isEqualTo(SERVED);
      root.addUser("other");
      assertThat(call(user, "Range", "key: 'mine'")).isEqualTo(OLD);
      assertThat(call(user, "Range", "key: 'mine' serializable: true")).isEqualTo(OLD);
      assertThat(call(root.channel(), "Put", "key: 'mine'")).isEqualTo(OLD);
      assertThat(call(root.channel(), "Defragment", "")).isEqualTo(SERVED);
      var again = SignedIn.as(channel, "user").channel();
      assertThat(call(again, "Range", "key: 'mine'")).isEqualTo(SERVED);
    }
  }

  /** The gateway's callers are whom their headers name (GW10). */
  @Test
  @Tag("GW10")
  void theGatewayAsksTheSameOfItsCallers() throws Exception {
    try (var cluster = new TestCluster(directory, 1, "--bcrypt-cost=4").startAll();
        var http = HttpClient.newHttpClient()) {
      var root = SignedIn.switchOn(cluster.client(0).channel());
      root.addUserWithRole("user");
      root.grant("user", Permission.Type.READ, "mine");
      var port = cluster.clientPort(0);
      var mine = "{\"key\":\"bWluZQ==\"}";
      var theirs = "{\"key\":\"dGhlaXJz\"}";
      var login =
          post(http, port, "auth/authenticate", "{\"name\":\"user\",\"password\":\"user\"}");
      assertThat(login.statusCode()).isEqualTo(200);
      var token = login.body().replaceFirst(".*\"token\":\"([^\"]*)\".*", "$1");

      assertThat(post(http, port, "kv/range", mine).statusCode()).isEqualTo(400);
      for (var header :
          List.of(
              List.of("Authorization", token),
              List.of("Authorization", "Bearer " + token),
              List.of("Grpc-Metadata-Token", token))) {
        var name = header.getFirst();
        var value = header.getLast();
        assertThat(post(http, port, "kv/range", mine, name, value).statusCode()).isEqualTo(200);
        assertThat(post(http, port, "kv/range", theirs, name, value).statusCode()).isEqualTo(403);
      }
      var wrong = post(http, port, "kv/range", mine, "Authorization", "wrong");
      assertThat(wrong.statusCode()).isEqualTo(401);
      assertThat(wrong.headers().firstValue("WWW-Authenticate"))
          .contains("etcdserver: invalid auth token");
    }
  }

  private static HttpResponse<String> post(
      HttpClient http, int port, String path, String body, String... headers) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v3/" + path))
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** A member that comes back behind the log gets users, roles and rights with the snapshot. */
  @Test
  @Tag("AU1")
  void usersAndRolesTravelWithASnapshot() throws Exception {
    try (var cluster =
        new TestCluster(
                directory,
                3,
                "--bcrypt-cost=4",
                "--snapshot-count=20",
                "--snapshot-catchup-entries=1")
            .startAll()) {
      var root = SignedIn.switchOn(cluster.client(0).channel());
      cluster.stop(2);
      root.addUserWithRole("user");
      root.grant("user", Permission.Type.READ, "k");
      for (int i = 0; i < 200; i++) {
        put(root.channel(), "k", "value " + i);
      }
      cluster.start(2);
      var late = cluster.client(2).channel();
      var user = SignedIn.as(late, "user").channel();
      assertThat(value(user, "k")).containsExactly("value 199");
      assertThat(call(user, "Range", "key: 'l'")).isEqualTo(DENIED);
      assertThat(call(late, "Range", "key: 'k'")).isEqualTo(NOBODY);
    }
  }
}
