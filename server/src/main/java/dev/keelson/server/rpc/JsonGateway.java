package dev.keelson.server.rpc;

import com.google.protobuf.Descriptors;
import dev.keelson.api.status.StatusCode;
import dev.keelson.server.http.HttpExchange;
import dev.keelson.server.http.HttpHead;
import dev.keelson.server.http.HttpReceiver;
import dev.keelson.server.http.HttpService;
import dev.keelson.server.json.JsonMessages;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.netty.buffer.ByteBuf;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The API as JSON over HTTP/1.1 (operations-plane.md section 8). It calls what is bound for gRPC,
 * through the same gate and against the same budgets: a handler cannot tell who calls.
 */
final class JsonGateway implements HttpService {
  private static final String OLD_PREFIX = "/v3beta/";

  private final Map<String, GatewayMethod> methods;
  private final UnknownMethods unknown;
  private final GatewayEnvironment environment;

  /** One method as the gateway needs to know it. */
  record GatewayMethod(
      ServerMethodDefinition<InputStream, Object> definition,
      Descriptors.MethodDescriptor descriptor) {}

  /** What the calls of a gateway share. */
  record GatewayEnvironment(
      CallLanes lanes, Admission admission, JsonMessages json, int maxMessageBytes) {
    /** Base64 takes a third more than what it stands for; names and spaces take some more. */
    int maxTextBytes() {
      return 2 * maxMessageBytes;
    }
  }

  JsonGateway(
      List<ServerServiceDefinition> services,
      UnknownMethods unknown,
      CallLanes lanes,
      CallEnvironment calls) {
    var bound = new HashMap<String, GatewayMethod>();
    for (var service : services) {
      for (var method : service.getMethods()) {
        describe(method)
            .ifPresent(known -> bound.put(method.getMethodDescriptor().getFullMethodName(), known));
      }
    }
    this.methods = Map.copyOf(bound);
    this.unknown = unknown;
    this.environment =
        new GatewayEnvironment(
            lanes, calls.admission(), new JsonMessages(), calls.maxMessageBytes());
  }

  @SuppressWarnings("unchecked") // ServiceBinder binds nothing but calls that take bytes
  private static Optional<GatewayMethod> describe(ServerMethodDefinition<?, ?> method) {
    return method.getMethodDescriptor().getSchemaDescriptor()
            instanceof ProtoMethodDescriptorSupplier supplier
        ? Optional.of(
            new GatewayMethod(
                (ServerMethodDefinition<InputStream, Object>) method,
                supplier.getMethodDescriptor()))
        : Optional.empty();
  }

  @Override
  public HttpReceiver open(HttpHead head, HttpExchange exchange) {
    var path = head.path();
    if (path.startsWith(OLD_PREFIX)) {
      path = "/v3/" + path.substring(OLD_PREFIX.length());
    }
    var name = GatewayRoutes.methods().get(path);
    if (name == null) {
      return refuse(exchange, GatewayError.NOT_FOUND);
    }
    if (!head.method().equals("POST")) {
      return refuse(exchange, GatewayError.WRONG_METHOD);
    }
    var method = methods.get(name);
    if (method == null) {
      return refuse(exchange, new GatewayError(StatusCode.UNIMPLEMENTED, unknown.refusal(name)));
    }
    var call = new GatewayCall(method, exchange, environment);
    call.start(head.headers());
    return call;
  }

  @Override
  public int maxBodyBytes() {
    return environment.maxTextBytes();
  }

  /** Answers at the end of the body, so that the connection can be kept. */
  private HttpReceiver refuse(HttpExchange exchange, GatewayError error) {
    return new HttpReceiver() {
      private int size;

      @Override
      public boolean body(ByteBuf part) {
        size += part.readableBytes();
        if (size > environment.maxTextBytes()) {
          exchange.reply(error.reply());
          return false;
        }
        return true;
      }

      @Override
      public void bodyEnded() {
        exchange.reply(error.reply());
      }
    };
  }
}
