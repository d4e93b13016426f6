package dev.keelson.server.rpc;

import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import dev.keelson.server.auth.AuthSession;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Function;

/**
 * One streaming call, between the gRPC library and its handler. All of it happens on the thread of
 * its connection; other threads come in through {@link #execute}.
 */
final class StreamCall<Q, R> extends ServerCall.Listener<InputStream> implements StreamSink<R> {
  private final ServerCall<InputStream, R> call;
  private final Metadata headers;
  private final StreamMethod<Q, R> method;
  private final CallEnvironment environment;
  private final CallLane lane;
  private StreamReceiver<Q> receiver = new Nobody<>();
  private boolean admitted;
  private boolean headersSent;
  private boolean closed;
  private boolean ended;

  /** Handler calls under way: what a handler sets off may lead back into it. */
  private int depth;

  StreamCall(
      ServerCall<InputStream, R> call,
      Metadata headers,
      StreamMethod<Q, R> method,
      CallEnvironment environment,
      CallLane lane) {
    this.call = call;
    this.headers = headers;
    this.method = method;
    this.environment = environment;
    this.lane = lane;
  }

  /** Lets the call begin, or refuses it. */
  void start() {
    method.measures().callStarted();
    var refusal = environment.gate().refuse(headers, method.allowedOnLearner());
    if (refusal.isPresent()) {
      fail(refusal.get());
      return;
    }
    admitted = environment.admission().admitStream();
    if (!admitted) {
      fail(EtcdError.REQUEST_TOO_MANY_REQUESTS);
      return;
    }
    environment.streams().add(this, CallGate.needsLeader(headers));
    switch (method.need()) {
      case SOMEBODY -> require(AuthSession::somebodyRefusal);
      case ADMIN -> require(AuthSession::adminRefusal);
      case NOTHING, KEYS, COMMAND, ACCOUNT, PARTS -> open();
    }
  }

  private void require(Function<AuthSession, Optional<EtcdError>> check) {
    environment
        .access()
        .identify(
            credentials(),
            this::executeAfter,
            this::fail,
            session -> check.apply(session).ifPresentOrElse(this::fail, this::open));
  }

  private void open() {
    enter(() -> receiver = method.handler().open(this));
    call.request(1);
  }

  @Override
  public void onMessage(InputStream message) {
    if (closed) {
      return;
    }
    enter(
        () -> {
          try {
            receive(message);
          } catch (IOException e) {
            fail(StatusCode.INTERNAL, "grpc: error unmarshalling request");
          }
        });
  }

  private void receive(InputStream message) throws IOException {
    int max = environment.maxMessageBytes();
    if (message instanceof KnownLength && message.available() > max) {
      failTooLarge(message.available());
      return;
    }
    // A compressed message's size is known only when it is read.
    byte[] bytes = message.readNBytes(max + 1);
    if (bytes.length > max) {
      failTooLarge(bytes.length);
      return;
    }
    method.measures().messageReceived(bytes.length);
    receiver.message(method.reader().parse(bytes));
  }

  private void failTooLarge(int size) {
    fail(
        StatusCode.RESOURCE_EXHAUSTED,
        RequestChecks.messageTooLarge(size, environment.maxMessageBytes()));
  }

  @Override
  public void onHalfClose() {
    if (!closed) {
      enter(receiver::halfClosed);
    }
  }

  @Override
  public void onReady() {
    if (!closed) {
      enter(receiver::writable);
    }
  }

  @Override
  public void onComplete() {
    over();
  }

  @Override
  public void onCancel() {
    over();
  }

  private void over() {
    if (!closed) {
      closed = true;
      method.measures().callEnded(Status.Code.CANCELLED);
    }
    settle();
  }

  @Override
  public void execute(Runnable work) {
    lane.execute(
        () -> {
          if (!closed) {
            enter(work);
          }
        });
  }

  @Override
  public void executeAfter(long millis, Runnable work) {
    lane.schedule(
        millis,
        () -> {
          if (!closed) {
            enter(work);
          }
        });
  }

  @Override
  public Credentials credentials() {
    return new Credentials.OfCall(headers);
  }

  @Override
  public boolean isWritable() {
    return !closed && call.isReady();
  }

  @Override
  public void send(R message) {
    if (closed) {
      return;
    }
    if (!headersSent) {
      headersSent = true;
      call.sendHeaders(new Metadata());
    }
    method.measures().messageSent(message);
    call.sendMessage(message);
  }

  @Override
  public void requestMore(int count) {
    if (!closed) {
      call.request(count);
    }
  }

  @Override
  public void complete() {
    close(Status.OK);
  }

  @Override
  public void fail(StatusCode code, String message) {
    close(Status.fromCodeValue(code.number()).withDescription(message));
  }

  private void close(Status status) {
    if (!closed) {
      closed = true;
      method.measures().callEnded(status.getCode());
      call.close(status, new Metadata());
    }
  }

  private void enter(Runnable handlerWork) {
    depth++;
    try {
      handlerWork.run();
    } catch (RuntimeException e) {
      environment.failures().callFailed(method.name(), e);
      fail(EtcdError.INTERNAL_ERROR);
    } finally {
      depth--;
    }
    if (closed) {
      settle();
    }
  }

  /** Tells the handler of the end once nothing of its own is under way. */
  private void settle() {
    if (ended || depth > 0) {
      return;
    }
    ended = true;
    environment.streams().remove(this);
    if (admitted) {
      environment.admission().releaseStream();
    }
    try {
      receiver.ended();
    } catch (RuntimeException e) {
      environment.failures().callFailed(method.name(), e);
    }
  }

  /** Stands in for the receiver of a call that was refused, or not opened yet. */
  private static final class Nobody<Q> implements StreamReceiver<Q> {
    @Override
    public void message(Q request) {}

    @Override
    public void halfClosed() {}

    @Override
    public void ended() {}

    @Override
    public void writable() {}
  }
}
