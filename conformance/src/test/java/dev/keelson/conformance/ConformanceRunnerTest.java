package dev.keelson.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.CompactionResponse;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.StatusRequest;
import dev.keelson.api.etcdserverpb.StatusResponse;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.store.CaseFailure;
import dev.keelson.conformance.store.Expect;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The runner's verdicts, over servers whose behaviour is known. */
class ConformanceRunnerTest {
  private final List<Server> servers = new ArrayList<>();

  @AfterEach
  void stopServers() {
    servers.forEach(Server::shutdownNow);
  }

  /** Many at a time: most of them wait for what does not come. */
  @Test
  void aServerThatAnswersAndDoesNothingPassesNoCase() throws IOException {
    String hollow = serve(new HollowKv(), new HollowWatch());
    try (var threads = Executors.newFixedThreadPool(16)) {
      var passing =
          Catalogue.all().stream()
              .map(one -> CompletableFuture.supplyAsync(() -> passes(hollow, one), threads))
              .toList();
      List<Case> passed =
          passing.stream().map(CompletableFuture::join).flatMap(Optional::stream).toList();

      assertThat(passed).isEmpty();
    }
  }

  private static Optional<Case> passes(String endpoint, Case one) {
    try (var runner = new ConformanceRunner(ownStoreAt(endpoint), "hollow")) {
      return runner.run(one) instanceof Outcome.Passed ? Optional.of(one) : Optional.empty();
    }
  }

  @Test
  void aServerWithoutTheCallIsUnsupportedAndNeverPassed() throws IOException {
    String empty = serve(new OldStatus("3.7.1"));
    try (var runner = new ConformanceRunner(ownStoreAt(empty), "empty")) {
      List<Outcome> outcomes = Catalogue.all().stream().map(runner::run).toList();

      assertThat(outcomes).isNotEmpty().allMatch(o -> o instanceof Outcome.Unsupported);
    }
  }

  @Test
  void aCaseIsSkippedWhereItsNeedIsMissing() throws IOException {
    String empty = serve(new OldStatus("3.4.23"));
    try (var runner = new ConformanceRunner(Environment.shared(List.of(empty)), "shared")) {
      for (Tag tag : List.of(Tag.WHOLE_STORE, Tag.FRESH_MEMBER, Tag.CLUSTER, Tag.CRASHES_3_4)) {
        assertThat(runner.run(passing().tagged(tag))).isInstanceOf(Outcome.Skipped.class);
      }
    }
  }

  @Test
  void aMarkedCaseMustDifferOnTheOldEtcd() throws IOException {
    String old = serve(new HollowKv(), new OldStatus("3.4.23"));
    try (var runner = new ConformanceRunner(Environment.shared(List.of(old)), "marks")) {
      assertThat(runner.run(passing().tagged(Tag.NOT_ON_3_4))).isInstanceOf(Outcome.Failed.class);
      assertThat(runner.run(failing().tagged(Tag.NOT_ON_3_4)))
          .isInstanceOf(Outcome.DiffersAsMarked.class);
      assertThat(runner.run(failing())).isInstanceOf(Outcome.Failed.class);
      assertThat(runner.run(passing())).isInstanceOf(Outcome.Passed.class);
    }
  }

  @Test
  void aWrongErrorFailsACase() throws IOException {
    String hollow = serve(new HollowKv());
    Case expectsAnother =
        Case.of(
            "0",
            "expects another error",
            (store, keys) -> Expect.error(EtcdError.EMPTY_KEY, () -> store.compact(1)));
    try (var runner = new ConformanceRunner(Environment.shared(List.of(hollow)), "errors")) {
      assertThat(runner.run(expectsAnother)).isInstanceOf(Outcome.Failed.class);
    }
  }

  @Test
  void everyCaseHasAnIdOfItsOwn() {
    assertThat(Catalogue.all()).extracting(Case::id).doesNotHaveDuplicates();
  }

  @Test
  void theCommandEndsWithTheSums() throws IOException {
    String hollow = serve(new HollowKv());
    var printed = new StringWriter();

    int exitCode =
        new CommandLine(new ConformanceCommand())
            .setOut(new PrintWriter(printed))
            .execute("--endpoints", "http://" + hollow, "--cases", "31,17,25");

    assertThat(exitCode).isEqualTo(1);
    assertThat(printed.toString().lines().toList())
        .last()
        .isEqualTo("0 passed, 1 failed, 4 skipped");
  }

  private static Environment ownStoreAt(String endpoint) {
    var member = new AlwaysTheSame(endpoint);
    return Environment.own(List.of(endpoint, endpoint)).with(flags -> member);
  }

  private static Case passing() {
    return Case.of("0", "passes", (store, keys) -> {});
  }

  private static Case failing() {
    return Case.of(
        "0",
        "fails",
        (store, keys) -> {
          throw new CaseFailure("planted");
        });
  }

  private String serve(BindableService... services) throws IOException {
    var builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .maxInboundMessageSize(Integer.MAX_VALUE);
    List.of(services).forEach(builder::addService);
    Server server = builder.build().start();
    servers.add(server);
    return "127.0.0.1:" + server.getPort();
  }

  private record AlwaysTheSame(String endpoint) implements MemberFactory.LiveMember {
    @Override
    public String addLearner() {
      return endpoint;
    }

    @Override
    public void restart() {}

    @Override
    public void close() {}
  }

  private static final class OldStatus extends MaintenanceGrpc.MaintenanceImplBase {
    private final String version;

    OldStatus(String version) {
      this.version = version;
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> answer) {
      answer.onNext(StatusResponse.newBuilder().setVersion(version).build());
      answer.onCompleted();
    }
  }

  /** Answers every request on a Watch stream with a response that says nothing. */
  private static final class HollowWatch extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answer) {
      return new Echo<>(answer, WatchResponse.newBuilder().setHeader(HollowKv.HEADER).build());
    }
  }

  private record Echo<Q, R>(StreamObserver<R> answer, R always) implements StreamObserver<Q> {
    @Override
    public void onNext(Q request) {
      answer.onNext(always);
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {
      answer.onCompleted();
    }
  }

  /** Answers every call of the KV service with a proper header and nothing else. */
  private static final class HollowKv extends KVGrpc.KVImplBase {
    private static final ResponseHeader HEADER =
        ResponseHeader.newBuilder()
            .setClusterId(1)
            .setMemberId(1)
            .setRaftTerm(1)
            .setRevision(1)
            .build();

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
      answer.onNext(RangeResponse.newBuilder().setHeader(HEADER).build());
      answer.onCompleted();
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> answer) {
      answer.onNext(PutResponse.newBuilder().setHeader(HEADER).build());
      answer.onCompleted();
    }

    @Override
    public void deleteRange(
        DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> answer) {
      answer.onNext(DeleteRangeResponse.newBuilder().setHeader(HEADER).build());
      answer.onCompleted();
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> answer) {
      answer.onNext(TxnResponse.newBuilder().setHeader(HEADER).build());
      answer.onCompleted();
    }

    @Override
    public void compact(CompactionRequest request, StreamObserver<CompactionResponse> answer) {
      answer.onNext(CompactionResponse.newBuilder().setHeader(HEADER).build());
      answer.onCompleted();
    }
  }
}
