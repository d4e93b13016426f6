package dev.keelson.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.util.JsonFormat;
import dev.keelson.api.etcdserverpb.AuthGrpc;
import dev.keelson.api.etcdserverpb.ClusterGrpc;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.v3electionpb.ElectionGrpc;
import dev.keelson.api.v3lockpb.LockGrpc;
import dev.keelson.server.http.JsonStream;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gateway on one whole member: every route, and streams of the real services. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayScenarioTest {
  /** Has keys, and lives as long as the tests. */
  private static final long LEASE = 7;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private TestCluster cluster;
  private TestClient client;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    cluster = new TestCluster(directory, 1).startAll();
    client = cluster.client(0);
    for (long id : new long[] {LEASE, 11, 12}) {
      var grant = LeaseGrantRequest.newBuilder().setID(id).setTTL(600).build();
      assertThat(client.leases().leaseGrant(grant).getID()).isEqualTo(id);
    }
    client.put("a", "1");
    client.put("b", "2");
    client.put("delete", "3");
    var leased =
        PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("c")).setLease(LEASE).build();
    assertThat(client.kv().put(leased).hasHeader()).isTrue();
  }

  @AfterAll
  void stop() {
    http.close();
    cluster.close();
  }

  // ---- Routes -----------------------------------------------------------------------------------

  private static Stream<ServiceDescriptor> services() {
    return Stream.of(
        KVGrpc.getServiceDescriptor(),
        LeaseGrpc.getServiceDescriptor(),
        ClusterGrpc.getServiceDescriptor(),
        MaintenanceGrpc.getServiceDescriptor(),
        AuthGrpc.getServiceDescriptor(),
        LockGrpc.getServiceDescriptor(),
        ElectionGrpc.getServiceDescriptor());
  }

  private static MethodDescriptor<?, ?> method(String name) {
    return services()
        .flatMap(service -> service.getMethods().stream())
        .filter(method -> name.equals(method.getBareMethodName()))
        .findFirst()
        .orElseThrow();
  }

  private static Descriptors.MethodDescriptor schema(MethodDescriptor<?, ?> method) {
    var schema = requireNonNull(method.getSchemaDescriptor());
    return ((ProtoMethodDescriptorSupplier) schema).getMethodDescriptor();
  }

  @Tag("GW1")
  @Tag("GW2")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kv/range | Range | {"key":"Yg=="} | kvs count
          kv/put | Put | {"key":"YQ==","value":"Yg==","prev_kv":true} | prev_kv
          kv/deleterange | DeleteRange | {"key":"ZGVsZXRl"} | deleted
          kv/txn | Txn | {"success":[{"request_range":{"key":"Yg=="}}]} | succeeded responses
          kv/compaction | Compact | {"revision":"2"} | ''
          lease/grant | LeaseGrant | {"TTL":"60"} | ID TTL
          lease/revoke | LeaseRevoke | {"ID":"11"} | ''
          kv/lease/revoke | LeaseRevoke | {"ID":"12"} | ''
          lease/timetolive | LeaseTimeToLive | {"ID":"7","keys":true} | ID TTL grantedTTL keys
          kv/lease/timetolive | LeaseTimeToLive | {"ID":"7"} | ID TTL grantedTTL
          lease/leases | LeaseLeases | {} | leases
          kv/lease/leases | LeaseLeases | {} | leases
          cluster/member/list | MemberList | {} | members
          maintenance/alarm | Alarm | {} | ''
          maintenance/hash | Hash | {} | hash
          maintenance/hashkv | HashKV | {} | hash hash_revision *
          maintenance/defragment | Defragment | {} | ''
          maintenance/status | Status | {} | version dbSize leader raftIndex raftTerm *
          lock/lock | Lock | {"name":"bA==","lease":"7"} | key
          lock/unlock | Unlock | {"key":"bS83"} | ''
          election/campaign | Campaign | {"name":"ZQ==","lease":"7","value":"dg=="} | leader
          """)
  void aRouteAnswersWithTheFieldsOfItsMethod(String path, String name, String body, String fields)
      throws Exception {
    var answer = post("/v3/" + path, body);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var keys = new HashSet<>(json(answer).keySet());
    assertThat(keys.remove("header")).isEqualTo(!name.equals("Defragment"));
    var expected = Stream.of(fields.split(" ", -1)).filter(field -> !field.isEmpty()).toList();
    if (expected.contains("*")) {
      assertThat(keys).containsAll(expected.subList(0, expected.size() - 1));
    } else {
      assertThat(keys).containsExactlyInAnyOrderElementsOf(expected);
    }
    assertThat(schema(method(name)).getOutputType().getFields().stream().map(f -> f.getName()))
        .containsAll(json(answer).keySet());
  }

  /** What is refused, by us or as not served yet, is refused in the same words as over gRPC. */
  @Tag("GW1")
  @Tag("GW7")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kv/range | Range | {}
          kv/put | Put | {"key":"YQ==","ignore_value":true,"value":"YQ=="}
          kv/deleterange | DeleteRange | {}
          kv/txn | Txn | {"success":[{}]}
          kv/compaction | Compact | {"revision":"1000000"}
          lease/grant | LeaseGrant | {"ID":"7","TTL":"60"}
          lease/revoke | LeaseRevoke | {"ID":"999"}
          lease/timetolive | LeaseTimeToLive | {"ID":"999"}
          cluster/member/add | MemberAdd | {"peerURLs":["nonsense"]}
          cluster/member/remove | MemberRemove | {"ID":"77"}
          cluster/member/update | MemberUpdate | {"ID":"77","peerURLs":["http://127.0.0.1:1"]}
          cluster/member/promote | MemberPromote | {"ID":"77"}
          maintenance/hashkv | HashKV | {"revision":"1000000"}
          maintenance/snapshot | Snapshot | {}
          maintenance/transfer-leadership | MoveLeader | {"targetID":"77"}
          maintenance/downgrade | Downgrade | {}
          auth/enable | AuthEnable | {}
          auth/disable | AuthDisable | {}
          auth/status | AuthStatus | {}
          auth/authenticate | Authenticate | {}
          auth/user/add | UserAdd | {}
          auth/user/get | UserGet | {"name":"nobody"}
          auth/user/list | UserList | {}
          auth/user/delete | UserDelete | {"name":"nobody"}
          auth/user/changepw | UserChangePassword | {"name":"nobody"}
          auth/user/grant | UserGrantRole | {"user":"nobody","role":"none"}
          auth/user/revoke | UserRevokeRole | {"name":"nobody","role":"none"}
          auth/role/add | RoleAdd | {}
          auth/role/get | RoleGet | {"role":"none"}
          auth/role/list | RoleList | {}
          auth/role/delete | RoleDelete | {"role":"none"}
          auth/role/grant | RoleGrantPermission | {"name":"none"}
          auth/role/revoke | RoleRevokePermission | {"role":"none","key":"YQ=="}
          lock/lock | Lock | {"name":"bA==","lease":"999"}
          lock/unlock | Unlock | {}
          election/campaign | Campaign | {"name":"ZQ==","lease":"999"}
          election/proclaim | Proclaim | {}
          election/leader | Leader | {"name":"bm9uZQ=="}
          election/resign | Resign | {}
          """)
  void aRouteRefusesWhatItsMethodRefuses(String path, String name, String body) throws Exception {
    var expected = overGrpc(method(name), body);
    var answer = post("/v3/" + path, body);

    assertThat(answer.statusCode() == 200).as(answer.body()).isEqualTo(expected.isEmpty());
    if (expected.isPresent()) {
      var status = expected.get();
      assertThat(json(answer).get("code").getAsInt()).isEqualTo(status.getCode().value());
      assertThat(json(answer).get("message").getAsString()).isEqualTo(status.getDescription());
      assertThat(answer.statusCode() == 501)
          .isEqualTo(status.getCode() == Status.Code.UNIMPLEMENTED);
    }
  }

  /** What the method fails with; empty if it does not. */
  private Optional<Status> overGrpc(MethodDescriptor<?, ?> method, String body) throws Exception {
    var schema = schema(method);
    var request = DynamicMessage.newBuilder(schema.getInputType());
    JsonFormat.parser().merge(body, request);
    var call =
        MethodDescriptor.newBuilder(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(schema.getInputType())),
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(schema.getOutputType())))
            .setFullMethodName(method.getFullMethodName())
            .setType(method.getType())
            .build();
    try {
      var answers =
          ClientCalls.blockingServerStreamingCall(
              client.channel(), call, CallOptions.DEFAULT, request.build());
      answers.forEachRemaining(answer -> assertThat(answer.isInitialized()).isTrue());
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      return Optional.of(e.getStatus());
    }
  }

  @Tag("GW9")
  @Test
  void whatIsDeletedIsGivenBack() throws Exception {
    client.put("delete/1", "x");
    client.put("delete/2", "y");

    var answer =
        json(
            post(
                "/v3/kv/deleterange",
                "{\"key\":\"%s\",\"range_end\":\"%s\",\"prev_kv\":true}"
                    .formatted(base64("delete/"), base64("delete0"))));

    assertThat(answer.get("deleted").getAsString()).isEqualTo("2");
    assertThat(answer.getAsJsonArray("prev_kvs"))
        .extracting(kv -> kv.getAsJsonObject().get("key").getAsString())
        .containsExactly(base64("delete/1"), base64("delete/2"));
    assertThat(client.get("delete/1")).isEmpty();
  }

  @Test
  void anAlarmIsRaisedAndDisarmed() throws Exception {
    long member = client.status().getHeader().getMemberId();
    var request = "{\"action\":\"%s\",\"alarm\":\"NOSPACE\",\"memberID\":\"%s\"}";
    var unsigned = Long.toUnsignedString(member);
    var raised = post("/v3/maintenance/alarm", request.formatted("ACTIVATE", unsigned));
    var refused = post("/v3/kv/put", "{\"key\":\"YWxhcm0=\"}");
    var disarmed = post("/v3/maintenance/alarm", request.formatted("DEACTIVATE", unsigned));

    var alarm = json(raised).getAsJsonArray("alarms").get(0).getAsJsonObject();
    assertThat(alarm.get("memberID").getAsString()).isEqualTo(unsigned);
    assertThat(alarm.get("alarm").getAsString()).isEqualTo("NOSPACE");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(json(refused).get("message").getAsString())
        .isEqualTo("etcdserver: mvcc: database space exceeded");
    assertThat(disarmed.statusCode()).isEqualTo(200);
    assertThat(post("/v3/kv/put", "{\"key\":\"YWxhcm0=\"}").statusCode()).isEqualTo(200);
  }

  @Test
  void whatCampaignAnswersMayBeSentBackAsItIs() throws Exception {
    var won = json(post("/v3/election/campaign", candidacy("flow", "one")));
    var leader = won.get("leader");

    assertThat(post("/v3/election/proclaim", proclamation(leader, "two")).statusCode())
        .isEqualTo(200);
    var now = json(post("/v3/election/leader", "{\"name\":\"" + base64("flow") + "\"}"));
    assertThat(now.getAsJsonObject("kv").get("value").getAsString()).isEqualTo(base64("two"));
    assertThat(post("/v3/election/resign", "{\"leader\":" + leader + "}").statusCode())
        .isEqualTo(200);
    assertThat(client.get("flow/7")).isEmpty();
  }

  private static String candidacy(String name, String value) {
    return "{\"name\":\"%s\",\"lease\":\"%d\",\"value\":\"%s\"}"
        .formatted(base64(name), LEASE, base64(value));
  }

  private static String proclamation(JsonElement leader, String value) {
    return "{\"leader\":%s,\"value\":\"%s\"}".formatted(leader, base64(value));
  }

  @Tag("K6")
  @Test
  void aWaiterThatGoesAwayLeavesNoKeyBehind() throws Exception {
    var lock = "{\"name\":\"" + base64("waited") + "\",\"lease\":\"%d\"}";
    assertThat(post("/v3/lock/lock", lock.formatted(LEASE)).statusCode()).isEqualTo(200);
    var grant = LeaseGrantRequest.newBuilder().setID(0x20).setTTL(600).build();
    assertThat(client.leases().leaseGrant(grant).getID()).isEqualTo(0x20);

    try (var waiter = JsonStream.open(cluster.clientPort(0), "/v3/lock/lock")) {
      waiter.send(lock.formatted(0x20)).end();
      await().until(() -> client.range("waited/20", false).getKvsCount() == 1);
    }

    await().until(() -> client.range("waited/20", false).getKvsCount() == 0);
  }

  // ---- Streams ----------------------------------------------------------------------------------

  @Tag("GW8")
  @Tag("L6")
  @Test
  void keepalivesAreAnsweredOneForOneUntilTheBodyEnds() throws Exception {
    try (var stream = JsonStream.open(cluster.clientPort(0), "/v3/lease/keepalive")) {
      stream.send("{\"ID\":\"7\"}{\"ID\":\"999\"}");
      var living = stream.result();
      assertThat(living.get("ID").getAsString()).isEqualTo("7");
      assertThat(living.get("TTL").getAsString()).isEqualTo("600");
      assertThat(stream.result().keySet()).containsExactlyInAnyOrder("header", "ID");

      stream.send("{\"ID\":7}");
      assertThat(stream.result().get("TTL").getAsString()).isEqualTo("600");
      stream.end();
      assertThat(stream.isOver()).isTrue();
    }
  }

  @Test
  void oneKeepaliveIsAnOrdinaryRequest() throws Exception {
    var answer = post("/v3/lease/keepalive", "{\"ID\":\"7\"}");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(json(answer).getAsJsonObject("result").get("TTL").getAsString()).isEqualTo("600");
  }

  @Tag("E7")
  @Test
  void observersHearEveryProclamation() throws Exception {
    try (var stream = JsonStream.open(cluster.clientPort(0), "/v3/election/observe")) {
      stream.send("{\"name\":\"" + base64("observed") + "\"}").end();
      var leader = json(post("/v3/election/campaign", candidacy("observed", "0"))).get("leader");
      assertThat(observed(stream)).isEqualTo(base64("0"));
      for (int i = 1; i <= 10; i++) {
        assertThat(
                post("/v3/election/proclaim", proclamation(leader, Integer.toString(i)))
                    .statusCode())
            .isEqualTo(200);
        assertThat(observed(stream)).isEqualTo(base64(Integer.toString(i)));
      }
    }
  }

  private static String observed(JsonStream stream) throws IOException {
    return stream.result().getAsJsonObject("kv").get("value").getAsString();
  }

  private static JsonObject onlyEvent(JsonObject result) {
    assertThat(result.getAsJsonArray("events")).hasSize(1);
    return result.getAsJsonArray("events").get(0).getAsJsonObject();
  }

  private JsonStream watch() throws IOException {
    return JsonStream.open(cluster.clientPort(0), "/v3/watch");
  }

  private static String create(String key, String options) {
    return "{\"create_request\":{\"key\":\"%s\"%s}}".formatted(base64(key), options);
  }

  @Tag("GW9")
  @Tag("GW9")
  @Test
  void watchersAreCreatedAskedAndCancelledOnOneStream() throws Exception {
    try (var stream = watch()) {
      stream.send(create("w/1", "") + create("w/2", ",\"watch_id\":\"5\",\"prev_kv\":true"));
      assertThat(stream.result().keySet()).containsExactlyInAnyOrder("header", "created");
      var second = stream.result();
      assertThat(second.get("created").getAsBoolean()).isTrue();
      assertThat(second.get("watch_id").getAsString()).isEqualTo("5");

      long revision = client.put("w/1", "x");
      var put = stream.result();
      assertThat(onlyEvent(put).keySet()).containsExactly("kv");
      assertThat(onlyEvent(put).getAsJsonObject("kv").get("mod_revision").toString())
          .isEqualTo("\"" + revision + "\"");
      client.put("w/2", "y");
      assertThat(stream.result().get("watch_id").getAsString()).isEqualTo("5");
      client.delete("w/2");
      var deleted = onlyEvent(stream.result());
      assertThat(deleted.get("type").getAsString()).isEqualTo("DELETE");
      assertThat(deleted.getAsJsonObject("prev_kv").get("value").getAsString())
          .isEqualTo(base64("y"));

      stream.send("{\"progress_request\":{}}");
      var progress = stream.result();
      assertThat(progress.keySet()).containsExactlyInAnyOrder("header", "watch_id");
      assertThat(progress.get("watch_id").getAsString()).isEqualTo("-1");
      stream.send("{\"cancel_request\":{\"watch_id\":\"5\"}}").end();
      assertThat(stream.result().get("canceled").getAsBoolean()).isTrue();
    }
  }

  @Tag("W18")
  @Test
  void aWatchGoesOnAfterTheEndOfItsBody() throws Exception {
    try (var stream = watch()) {
      stream.send(create("gone-on", "")).end();
      assertThat(stream.result().get("created").getAsBoolean()).isTrue();
      for (int i = 0; i < 3; i++) {
        client.put("gone-on", "x");
        assertThat(onlyEvent(stream.result()).has("kv")).isTrue();
      }
    }
  }

  @Test
  void aWatchFromThePastHearsAllOfIt() throws Exception {
    long first = client.put("history", "0");
    for (int i = 1; i < 100; i++) {
      client.put("history", Integer.toString(i));
    }
    try (var stream = watch()) {
      stream.send(create("history", ",\"start_revision\":" + first)).end();
      assertThat(stream.result().get("created").getAsBoolean()).isTrue();
      var values = new ArrayList<String>();
      while (values.size() < 100) {
        for (var event : stream.result().getAsJsonArray("events")) {
          var kv = event.getAsJsonObject().getAsJsonObject("kv");
          values.add(kv.get("value").getAsString());
        }
      }
      assertThat(values)
          .isEqualTo(IntStream.range(0, 100).mapToObj(i -> base64(Integer.toString(i))).toList());
    }
  }

  // ---- Help -------------------------------------------------------------------------------------

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static JsonObject json(HttpResponse<String> answer) {
    return JsonParser.parseString(answer.body()).getAsJsonObject();
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    var uri = URI.create("http://127.0.0.1:" + cluster.clientPort(0) + path);
    return http.send(
        HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }
}
