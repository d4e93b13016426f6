package dev.keelson.server.rpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;

/**
 * A server stream that says one thing and then keeps quiet until its client goes: what it says
 * never changes.
 */
final class StandingCall<Q, R> extends ServerCall.Listener<InputStream> {
  private final ServerCall<InputStream, R> call;
  private final Metadata headers;
  private final CallGate gate;
  private final WireReader<Q> reader;
  private final Function<Q, R> answer;
  private boolean answered;

  StandingCall(
      ServerCall<InputStream, R> call,
      Metadata headers,
      CallGate gate,
      WireReader<Q> reader,
      Function<Q, R> answer) {
    this.call = call;
    this.headers = headers;
    this.gate = gate;
    this.reader = reader;
    this.answer = answer;
  }

  @Override
  public void onMessage(InputStream message) {
    if (answered) {
      return;
    }
    answered = true;
    try {
      var request = reader.parse(message.readAllBytes());
      var refusal = gate.refuse(headers, false);
      if (refusal.isPresent()) {
        var error = refusal.get();
        close(Status.fromCodeValue(error.code().number()).withDescription(error.message()));
        return;
      }
      call.sendHeaders(new Metadata());
      call.sendMessage(answer.apply(request));
    } catch (IOException e) {
      close(Status.INTERNAL.withDescription("grpc: error unmarshalling request"));
    }
  }

  private void close(Status status) {
    call.close(status, new Metadata());
  }
}
