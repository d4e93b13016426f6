package dev.keelson.server;

import static org.awaitility.Awaitility.await;

import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** One stream of keepalives. */
final class KeepAliveClient {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<LeaseKeepAliveResponse> answers = new CopyOnWriteArrayList<>();
  private final StreamObserver<LeaseKeepAliveRequest> requests;
  private volatile @Nullable Status end;
  private int asked;

  KeepAliveClient(TestClient client) {
    requests = LeaseGrpc.newStub(client.channel()).leaseKeepAlive(new Answers());
  }

  void keepAlive(long id) {
    asked++;
    requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
  }

  LeaseKeepAliveResponse ask(long id) {
    keepAlive(id);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> answers.size() >= asked);
    return answers.getLast();
  }

  /** One after the other, with a little time between. */
  void keepAliveFor(long id, Duration duration) {
    long until = System.nanoTime() + duration.toNanos();
    await()
        .atMost(duration.plus(PATIENCE))
        .pollInterval(Duration.ofMillis(300))
        .until(
            () -> {
              ask(id);
              return System.nanoTime() >= until;
            });
  }

  void halfClose() {
    requests.onCompleted();
  }

  List<LeaseKeepAliveResponse> answers() {
    return answers;
  }

  boolean isOver() {
    return end != null;
  }

  Status status() {
    var status = end;
    return status == null ? Status.UNKNOWN.withDescription("not over") : status;
  }

  private final class Answers implements StreamObserver<LeaseKeepAliveResponse> {
    @Override
    public void onNext(LeaseKeepAliveResponse answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable cause) {
      end = Status.fromThrowable(cause);
    }

    @Override
    public void onCompleted() {
      end = Status.OK;
    }
  }
}
