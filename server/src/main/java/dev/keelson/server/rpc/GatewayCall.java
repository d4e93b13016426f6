package dev.keelson.server.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.MessageOrBuilder;
import dev.keelson.api.status.EtcdError;
import dev.keelson.server.http.HttpExchange;
import dev.keelson.server.http.HttpReceiver;
import dev.keelson.server.http.HttpReply;
import dev.keelson.server.json.JsonException;
import dev.keelson.server.rpc.JsonGateway.GatewayEnvironment;
import dev.keelson.server.rpc.JsonGateway.GatewayMethod;
import io.grpc.Attributes;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One call over HTTP, in the clothes of a gRPC call. It lives on its connection's thread; answers
 * may come from any, and are printed there.
 */
final class GatewayCall extends ServerCall<InputStream, Object> implements HttpReceiver {
  private static final String JSON = "application/json";
  private static final Map<String, String> HEADERS =
      Map.of("Grpc-Metadata-Content-Type", "application/grpc");

  private final GatewayMethod method;
  private final HttpExchange exchange;
  private final GatewayEnvironment environment;
  private final Attributes attributes;
  private final boolean streamsIn;
  private final boolean streamsOut;
  private final JsonSplitter splitter = new JsonSplitter(this::offer);
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private final ArrayDeque<byte[]> messages = new ArrayDeque<>();
  private ServerCall.Listener<InputStream> listener = new ServerCall.Listener<>() {};
  private Runnable stopTimer = () -> {};
  private int requested;

  /** Bytes of the body that count against the budget for as long as they are held here. */
  private int counted;

  private boolean started;
  private boolean inputOver;
  private boolean halfClosed;
  private boolean begun;
  private boolean closed;
  private boolean told;
  private String answer = "";
  private volatile boolean cancelled;

  GatewayCall(GatewayMethod method, HttpExchange exchange, GatewayEnvironment environment) {
    this.method = method;
    this.exchange = exchange;
    this.environment = environment;
    var type = method.descriptor();
    this.streamsIn = type.isClientStreaming();
    this.streamsOut = type.isServerStreaming();
    this.attributes =
        Attributes.newBuilder()
            .set(ServiceBinder.LANE, environment.lanes().of(exchange.loop()))
            .build();
  }

  void start(HttpHeaders headers) {
    GatewayHeaders.timeoutMillis(headers)
        .ifPresent(
            millis -> {
              Future<?> timer =
                  exchange.loop().schedule(this::timeOut, millis, TimeUnit.MILLISECONDS);
              stopTimer = () -> timer.cancel(false);
            });
    listener =
        method
            .definition()
            .getServerCallHandler()
            .startCall(this, GatewayHeaders.metadata(headers));
    started = true;
  }

  private void timeOut() {
    if (!closed) {
      cancelled = true;
      finish(Status.DEADLINE_EXCEEDED.withDescription("context deadline exceeded"));
      tell(false);
    }
  }

  @Override
  public boolean body(ByteBuf part) {
    if (closed || inputOver) {
      return true;
    }
    int size = part.readableBytes();
    if (!environment.admission().holdPartial(size)) {
      refuse(EtcdError.REQUEST_TOO_MANY_REQUESTS.message());
      return false;
    }
    counted += size;
    if (!streamsIn) {
      var bytes = new byte[size];
      part.readBytes(bytes);
      text.writeBytes(bytes);
    } else {
      split(part);
      if (closed) {
        return true;
      }
    }
    int held = streamsIn ? splitter.held() : text.size();
    if (held > environment.maxTextBytes()) {
      refuse(RequestChecks.messageTooLarge(held, environment.maxMessageBytes()));
      return false;
    }
    if (streamsIn && messages.isEmpty()) {
      release(counted - held);
    }
    return messages.isEmpty();
  }

  private void split(ByteBuf part) {
    try {
      splitter.add(part);
    } catch (JsonException e) {
      inputOver = true; // what is no JSON ends the sending side
    }
    pump();
  }

  private void offer(byte[] object) {
    messages.add(object);
  }

  private void refuse(String message) {
    finish(Status.RESOURCE_EXHAUSTED.withDescription(message));
  }

  private void release(int bytes) {
    counted -= bytes;
    environment.admission().releasePartial(bytes);
  }

  @Override
  public void bodyEnded() {
    if (closed) {
      return;
    }
    if (!streamsIn) {
      messages.add(text.toByteArray());
      text.reset();
    }
    inputOver = true;
    pump();
  }

  @Override
  public void messageEnded() {
    if (!streamsIn) {
      bodyEnded();
    }
  }

  /** Hands over what has come and is asked for. */
  private void pump() {
    while (requested > 0 && !messages.isEmpty() && !closed) {
      byte[] object = messages.remove();
      if (messages.isEmpty() && !streamsIn) {
        release(counted);
      }
      try {
        var request = DynamicMessage.newBuilder(method.descriptor().getInputType());
        environment.json().read(object, request);
        requested--;
        listener.onMessage(new Known(request.build().toByteArray()));
      } catch (JsonException e) {
        if (!streamsIn) {
          finish(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
          return;
        }
        messages.clear();
        inputOver = true;
      }
    }
    if (inputOver && messages.isEmpty() && !halfClosed && !closed) {
      halfClosed = true;
      listener.onHalfClose();
    }
  }

  @Override
  public void request(int count) {
    if (exchange.loop().inEventLoop()) {
      exchange.loop().execute(() -> more(count)); // not from within what it would call
    } else {
      throw new IllegalStateException("messages are asked for on the connection's thread");
    }
  }

  private void more(int count) {
    requested = (int) Math.min(Integer.MAX_VALUE, (long) requested + count);
    if (closed) {
      return;
    }
    pump();
    if (messages.isEmpty() && !closed) {
      if (streamsIn) {
        release(counted - splitter.held());
      }
      exchange.readOn();
    }
  }

  @Override
  public void sendHeaders(Metadata headers) {}

  @Override
  public void sendMessage(Object message) {
    var json = print(message);
    if (streamsOut) {
      var line = ("{\"result\":" + json + "}\n").getBytes(UTF_8);
      onLoop(() -> sendLine(line));
    } else {
      onLoop(() -> answer = json);
    }
  }

  /** Some answers come encoded already, for many at once. */
  private String print(Object message) {
    if (message instanceof MessageOrBuilder known) {
      return environment.json().print(known);
    }
    var marshaller = method.definition().getMethodDescriptor().getResponseMarshaller();
    try (var bytes = marshaller.stream(message)) {
      return environment
          .json()
          .print(DynamicMessage.parseFrom(method.descriptor().getOutputType(), bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void sendLine(byte[] line) {
    begin();
    exchange.send(Unpooled.wrappedBuffer(line));
  }

  private void begin() {
    if (!begun) {
      begun = true;
      exchange.start(JSON, HEADERS);
    }
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (started || !exchange.loop().inEventLoop()) {
      onLoop(() -> finish(status));
    } else {
      // Refused at once. The rest of what was read with the head comes first: mostly the body.
      exchange.loop().execute(() -> finish(status));
    }
  }

  private void finish(Status status) {
    if (closed) {
      return;
    }
    closed = true;
    stopTimer.run();
    release(counted);
    if (!streamsOut && status.isOk()) {
      exchange.reply(new HttpReply(200, JSON, answer, HEADERS));
      return;
    }
    if (!status.isOk()) {
      var error = GatewayError.of(status);
      if (!begun) {
        exchange.reply(error.reply());
        return;
      }
      exchange.send(Unpooled.wrappedBuffer(error.line().getBytes(UTF_8)));
    }
    begin();
    exchange.finish();
  }

  @Override
  public void writable() {
    if (!closed) {
      listener.onReady();
    }
  }

  @Override
  public void ended(boolean answered) {
    cancelled |= !answered;
    if (!closed) {
      closed = true;
      stopTimer.run();
      release(counted);
    }
    messages.clear();
    tell(answered);
  }

  private void tell(boolean answered) {
    if (!told) {
      told = true;
      if (answered) {
        listener.onComplete();
      } else {
        listener.onCancel();
      }
    }
  }

  private void onLoop(Runnable work) {
    if (exchange.loop().inEventLoop()) {
      work.run();
    } else {
      exchange.loop().execute(work);
    }
  }

  @Override
  public boolean isReady() {
    return exchange.isWritable();
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public MethodDescriptor<InputStream, Object> getMethodDescriptor() {
    return method.definition().getMethodDescriptor();
  }

  /** A message whose size can be asked before it is read. */
  private static final class Known extends ByteArrayInputStream implements KnownLength {
    Known(byte[] bytes) {
      super(bytes);
    }
  }
}
