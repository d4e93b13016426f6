package dev.keelson.server.rpc;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.keelson.api.status.StatusCode;
import dev.keelson.server.http.HttpReply;
import io.grpc.Status;
import java.util.Map;

/** What a call failed with, in the gateway's words (GW7). */
record GatewayError(StatusCode code, String message) {
  static final GatewayError NOT_FOUND = new GatewayError(StatusCode.NOT_FOUND, "Not Found");
  static final GatewayError WRONG_METHOD =
      new GatewayError(StatusCode.UNIMPLEMENTED, "Method Not Allowed");

  static GatewayError of(Status status) {
    int number = status.getCode().value();
    for (var code : StatusCode.values()) {
      if (code.number() == number) {
        var text = status.getDescription();
        return new GatewayError(code, text == null ? "" : text);
      }
    }
    return new GatewayError(StatusCode.UNKNOWN, "");
  }

  HttpReply reply() {
    var headers =
        code == StatusCode.UNAUTHENTICATED
            ? Map.of("WWW-Authenticate", message)
            : Map.<String, String>of();
    return new HttpReply(httpStatus(), "application/json", json().toString(), headers);
  }

  /** The last line of a stream that has begun. */
  String line() {
    var line = new JsonObject();
    line.add("error", json());
    return line + "\n";
  }

  private JsonObject json() {
    var body = new JsonObject();
    body.add("code", new JsonPrimitive(code.number()));
    body.add("message", new JsonPrimitive(message));
    return body;
  }

  int httpStatus() {
    return switch (code) {
      case OK -> 200;
      case CANCELLED -> 499;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case DEADLINE_EXCEEDED -> 504;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, ABORTED -> 409;
      case PERMISSION_DENIED -> 403;
      case UNAUTHENTICATED -> 401;
      case RESOURCE_EXHAUSTED -> 429;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
    };
  }
}
