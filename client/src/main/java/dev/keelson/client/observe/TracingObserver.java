package dev.keelson.client.observe;

import dev.keelson.client.CallReport;
import dev.keelson.client.ClientObserver;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;

/**
 * A span of OpenTelemetry for each call of a client, as a child of the span that is current where
 * the call is made. It carries the method, the member that was asked last, the attempts, and how
 * the call ended; a failed call that may have changed something has {@code keelson.indefinite}.
 *
 * <p>Needs {@code io.opentelemetry:opentelemetry-api}. Thread-safe.
 */
public final class TracingObserver implements ClientObserver {
  private final Tracer tracer;

  public TracingObserver(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("dev.keelson.client");
  }

  @Override
  public Observation callStarted(String method) {
    int slash = method.indexOf('/');
    Span span =
        tracer
            .spanBuilder(method)
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute("rpc.system", "grpc")
            .setAttribute("rpc.service", method.substring(0, Math.max(slash, 0)))
            .setAttribute("rpc.method", method.substring(slash + 1))
            .startSpan();
    return report -> end(span, report);
  }

  private static void end(Span span, CallReport report) {
    span.setAttribute("rpc.grpc.status_code", (long) report.code().number());
    span.setAttribute("keelson.attempts", (long) report.attempts());
    if (!report.endpoint().isEmpty()) {
      span.setAttribute("server.address", report.endpoint());
    }
    if (report.code() != dev.keelson.api.status.StatusCode.OK) {
      span.setAttribute("keelson.indefinite", report.indefinite());
      span.setStatus(StatusCode.ERROR, report.code().name());
    }
    span.end();
  }
}
