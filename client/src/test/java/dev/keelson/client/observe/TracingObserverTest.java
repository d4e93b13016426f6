package dev.keelson.client.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.status.StatusCode;
import dev.keelson.client.CallReport;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the spans say of what happened. */
class TracingObserverTest {
  private static final String PUT = "etcdserverpb.KV/Put";

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk telemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();
  private final TracingObserver observer = new TracingObserver(telemetry);

  private SpanData span(StatusCode code, boolean indefinite, String endpoint) {
    var observation = observer.callStarted(PUT);
    assertThat(spans.getFinishedSpanItems()).isEmpty();
    observation.ended(new CallReport(PUT, endpoint, code, indefinite, 2, Duration.ofMillis(5)));
    return spans.getFinishedSpanItems().getFirst();
  }

  @Test
  void aSpanTellsMethodMemberAndAttempts() {
    var span = span(StatusCode.OK, false, "127.0.0.1:2379");

    assertThat(span.getName()).isEqualTo(PUT);
    assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(span.getAttributes().get(AttributeKey.stringKey("rpc.service")))
        .isEqualTo("etcdserverpb.KV");
    assertThat(span.getAttributes().get(AttributeKey.stringKey("rpc.method"))).isEqualTo("Put");
    assertThat(span.getAttributes().get(AttributeKey.stringKey("server.address")))
        .isEqualTo("127.0.0.1:2379");
    assertThat(span.getAttributes().get(AttributeKey.longKey("keelson.attempts"))).isEqualTo(2);
    assertThat(span.getStatus().getStatusCode())
        .isEqualTo(io.opentelemetry.api.trace.StatusCode.UNSET);
  }

  @Test
  void aFailedCallTellsWhetherSomethingMayHaveChanged() {
    var span = span(StatusCode.UNAVAILABLE, true, "");

    assertThat(span.getStatus().getStatusCode())
        .isEqualTo(io.opentelemetry.api.trace.StatusCode.ERROR);
    assertThat(span.getStatus().getDescription()).isEqualTo("UNAVAILABLE");
    assertThat(span.getAttributes().get(AttributeKey.booleanKey("keelson.indefinite"))).isTrue();
    assertThat(span.getAttributes().get(AttributeKey.stringKey("server.address"))).isNull();
  }

  @Test
  void aCallIsAChildOfTheSpanAroundIt() {
    var outer = telemetry.getTracer("test").spanBuilder("outer").startSpan();
    try (var _ = outer.makeCurrent()) {
      assertThat(span(StatusCode.OK, false, "").getParentSpanId())
          .isEqualTo(outer.getSpanContext().getSpanId());
    } finally {
      outer.end();
    }
  }
}
