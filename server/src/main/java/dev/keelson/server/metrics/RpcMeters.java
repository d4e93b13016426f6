package dev.keelson.server.metrics;

import dev.keelson.server.rpc.CallMeasures;
import dev.keelson.server.rpc.MethodMeasures;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** {@code grpc_server_*}: every method from the start on, and every code. */
record RpcMeters(CallMeasures calls) {
  private static final List<String> LABELS = List.of("grpc_type", "grpc_service", "grpc_method");

  /** By number, as Go spells them: dashboards filter by these words. */
  private static final List<String> CODES =
      List.of(
          "OK",
          "Canceled",
          "Unknown",
          "InvalidArgument",
          "DeadlineExceeded",
          "NotFound",
          "AlreadyExists",
          "PermissionDenied",
          "ResourceExhausted",
          "FailedPrecondition",
          "Aborted",
          "OutOfRange",
          "Unimplemented",
          "Internal",
          "Unavailable",
          "DataLoss",
          "Unauthenticated");

  void register(Families families) {
    families.counters(
        "grpc_server_started_total", "Calls begun", LABELS, each(MethodMeasures::started));
    families.counters(
        "grpc_server_msg_received_total",
        "Messages of clients",
        LABELS,
        each(MethodMeasures::received));
    families.counters(
        "grpc_server_msg_sent_total", "Messages to clients", LABELS, each(MethodMeasures::sent));
    families.counters(
        "grpc_server_handled_total",
        "Calls ended, by status",
        List.of("grpc_type", "grpc_service", "grpc_method", "grpc_code"),
        sink ->
            calls
                .methods()
                .forEach(
                    method -> {
                      for (int code = 0; code < CODES.size(); code++) {
                        sink.value(
                            (double) method.handled(code),
                            method.type(),
                            method.service(),
                            method.name(),
                            CODES.get(code));
                      }
                    }));
  }

  private Consumer<Families.Sink> each(ToDoubleFunction<MethodMeasures> number) {
    return sink ->
        calls
            .methods()
            .forEach(
                method ->
                    sink.value(
                        number.applyAsDouble(method),
                        method.type(),
                        method.service(),
                        method.name()));
  }
}
