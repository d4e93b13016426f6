package dev.keelson.server.rpc;

import com.google.protobuf.MessageLite;
import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import dev.keelson.server.auth.AuthSession;
import dev.keelson.storage.mvcc.ReadView;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One unary call, between the gRPC library and its handler. What the library tells of it comes on
 * its connection's thread; its answer may come from any.
 */
final class UnaryCall<Q, R> extends ServerCall.Listener<InputStream>
    implements CallContext, Answer<R> {
  /** Answers below this size are not worth counting. */
  private static final int SMALL_ANSWER_BYTES = 64 << 10;

  @SuppressWarnings("rawtypes") // there is no class literal of a parameterized type
  private static final AtomicIntegerFieldUpdater<UnaryCall> ANSWERED =
      AtomicIntegerFieldUpdater.newUpdater(UnaryCall.class, "answered");

  @SuppressWarnings("rawtypes")
  private static final AtomicIntegerFieldUpdater<UnaryCall> HELD =
      AtomicIntegerFieldUpdater.newUpdater(UnaryCall.class, "held");

  /** The call is over: whatever its answer holds, nobody would release it. */
  private static final int CLOSED = -1;

  private final ServerCall<InputStream, R> call;
  private final Metadata headers;
  private final UnaryMethod<Q, R> method;
  private final CallEnvironment environment;
  private final CallLane lane;

  /** What the end of the client's messages sets off; what it is depends on what they were. */
  private Runnable begin = this::refuseMissingRequest;

  private boolean received;
  private boolean over;

  /** What a handler wants done in the end. */
  private Runnable atEnd = () -> {};

  private boolean admitted;
  private int requestBytes;
  private volatile int answered;

  /** Bytes of a large answer that the client has not taken yet. */
  private volatile int held;

  UnaryCall(
      ServerCall<InputStream, R> call,
      Metadata headers,
      UnaryMethod<Q, R> method,
      CallEnvironment environment,
      CallLane lane) {
    this.call = call;
    this.headers = headers;
    this.method = method;
    this.environment = environment;
    this.lane = lane;
    method.measures().callStarted();
  }

  @Override
  public void onMessage(InputStream message) {
    if (received) {
      begin = () -> fail(StatusCode.INTERNAL, "more than one request message for a unary call");
      return;
    }
    received = true;
    try {
      begin = receive(message);
    } catch (IOException e) {
      begin = () -> fail(StatusCode.INTERNAL, "grpc: error unmarshalling request");
    }
  }

  private Runnable receive(InputStream message) throws IOException {
    int max = environment.maxMessageBytes();
    if (message instanceof KnownLength) {
      int size = message.available();
      if (size > max) {
        return () -> failTooLarge(size);
      }
      requestBytes = size;
      method.measures().messageReceived(size);
      var request = method.reader().read(message, size);
      return () -> start(request);
    }
    // Compressed: its size is known only when it is read.
    byte[] bytes = message.readNBytes(max + 1);
    if (bytes.length > max) {
      return () -> failTooLarge(bytes.length);
    }
    requestBytes = bytes.length;
    method.measures().messageReceived(bytes.length);
    var request = method.reader().parse(bytes);
    return () -> start(request);
  }

  @Override
  public void onHalfClose() {
    begin.run();
  }

  private void start(Q request) {
    var refusal = environment.gate().refuse(headers, method.allowedOnLearner().test(request));
    if (refusal.isPresent()) {
      fail(refusal.get());
      return;
    }
    admitted = environment.admission().admitCall(requestBytes);
    if (!admitted) {
      fail(EtcdError.REQUEST_TOO_MANY_REQUESTS);
      return;
    }
    try {
      switch (method.need()) {
        case SOMEBODY -> require(AuthSession::somebodyRefusal, request);
        case ADMIN -> require(AuthSession::adminRefusal, request);
        case NOTHING, KEYS, COMMAND, ACCOUNT, PARTS -> handle(request);
      }
    } catch (RuntimeException e) {
      failUnexpectedly(e);
    }
  }

  private void require(Function<AuthSession, Optional<EtcdError>> check, Q request) {
    environment.access().require(check, this, this, _ -> handle(request));
  }

  private void handle(Q request) {
    method.handler().handle(request, this, this);
  }

  @Override
  public void onComplete() {
    release();
  }

  @Override
  public void onCancel() {
    settle(Status.Code.CANCELLED);
    release();
  }

  private void release() {
    over = true;
    atEnd.run();
    if (admitted) {
      environment.admission().releaseCall(requestBytes);
    }
    int answerBytes = HELD.getAndSet(this, CLOSED);
    if (answerBytes > 0) {
      environment.admission().releaseAnswer(answerBytes);
    }
  }

  @Override
  public boolean isCancelled() {
    return call.isCancelled();
  }

  @Override
  public void resume(Runnable work) {
    lane.execute(() -> runUnlessCancelled(work));
  }

  @Override
  public void resumeAfter(long millis, Runnable work) {
    lane.schedule(millis, () -> runUnlessCancelled(work));
  }

  @Override
  public void whenOver(Runnable work) {
    if (over) {
      work.run();
    } else {
      atEnd = work;
    }
  }

  @Override
  public CallContext detached() {
    return new Detached();
  }

  @Override
  public Credentials credentials() {
    return new Credentials.OfCall(headers);
  }

  private void runUnlessCancelled(Runnable work) {
    if (!isCancelled()) {
      run(work);
    }
  }

  private void run(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      failUnexpectedly(e);
    }
  }

  @Override
  public void read(Extent extent, Consumer<ReadView> read) {
    var task = new CallRead(read);
    switch (extent) {
      case POINT -> lane.read(task);
      case RANGE -> {
        if (!environment.admission().hasOutboundRoom() || !environment.readPool().offer(task)) {
          fail(EtcdError.REQUEST_TOO_MANY_REQUESTS);
        }
      }
    }
  }

  @Override
  public void success(R response) {
    if (!settle(Status.Code.OK)) {
      return;
    }
    method.measures().messageSent(response);
    hold(response);
    call.sendHeaders(new Metadata());
    call.sendMessage(response);
    call.close(Status.OK, new Metadata());
  }

  /** A large answer counts until the client has taken it, or gone. */
  private void hold(R response) {
    if (response instanceof MessageLite message) {
      int size = message.getSerializedSize();
      if (size > SMALL_ANSWER_BYTES) {
        environment.admission().holdAnswer(size);
        if (held == CLOSED || !HELD.compareAndSet(this, 0, size)) {
          environment.admission().releaseAnswer(size);
        }
      }
    }
  }

  @Override
  public void fail(StatusCode code, String message) {
    close(Status.fromCodeValue(code.number()).withDescription(message));
  }

  private void close(Status status) {
    if (settle(status.getCode())) {
      call.close(status, new Metadata());
    }
  }

  /** True once, and only while somebody listens. */
  private boolean settle(Status.Code code) {
    if (answered != 0 || !ANSWERED.compareAndSet(this, 0, 1)) {
      return false;
    }
    boolean listened = !call.isCancelled();
    method.measures().callEnded(listened ? code : Status.Code.CANCELLED);
    return listened;
  }

  private void failUnexpectedly(RuntimeException cause) {
    environment.failures().callFailed(method.name(), cause);
    fail(EtcdError.INTERNAL_ERROR);
  }

  private void failTooLarge(int size) {
    fail(
        StatusCode.RESOURCE_EXHAUSTED,
        RequestChecks.messageTooLarge(size, environment.maxMessageBytes()));
  }

  private void refuseMissingRequest() {
    fail(StatusCode.INTERNAL, "no request message for a unary call");
  }

  /** The call, but that its end changes nothing. */
  private final class Detached implements CallContext {
    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void resume(Runnable work) {
      lane.execute(() -> UnaryCall.this.run(work));
    }

    @Override
    public void resumeAfter(long millis, Runnable work) {
      lane.schedule(millis, () -> UnaryCall.this.run(work));
    }

    @Override
    public void whenOver(Runnable work) {
      UnaryCall.this.whenOver(work);
    }

    @Override
    public CallContext detached() {
      return this;
    }

    @Override
    public Credentials credentials() {
      return UnaryCall.this.credentials();
    }

    @Override
    public void read(Extent extent, Consumer<ReadView> read) {
      UnaryCall.this.read(extent, read);
    }
  }

  /** A read of this call; one whose client has gone costs nothing more. */
  private final class CallRead implements ViewRead {
    private final Consumer<ReadView> read;

    CallRead(Consumer<ReadView> read) {
      this.read = read;
    }

    @Override
    public void run(ReadView view) {
      if (!isCancelled()) {
        read.accept(view);
      }
    }

    @Override
    public void failed(RuntimeException cause) {
      failUnexpectedly(cause);
    }
  }
}
