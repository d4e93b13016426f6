package dev.keelson.client.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.status.StatusCode;
import dev.keelson.client.CallReport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the meters say of what happened. */
class MicrometerObserverTest {
  private static final String PUT = "etcdserverpb.KV/Put";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MicrometerObserver observer = new MicrometerObserver(registry);

  private void call(StatusCode code, boolean indefinite, int attempts, long millis) {
    var report =
        new CallReport(
            PUT, "127.0.0.1:2379", code, indefinite, attempts, Duration.ofMillis(millis));
    observer.callStarted(PUT).ended(report);
  }

  @Test
  void callsAreTimedByMethodAndOutcome() {
    call(StatusCode.OK, false, 1, 10);
    call(StatusCode.OK, false, 1, 20);
    call(StatusCode.UNAVAILABLE, true, 1, 500);

    var answered = registry.get("keelson.client.calls").tags("method", PUT, "code", "OK").timer();
    assertThat(answered.count()).isEqualTo(2);
    assertThat(answered.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(30);
    var unknown = registry.get("keelson.client.calls").tags("indefinite", "true").timer();
    assertThat(unknown.count()).isEqualTo(1);
    assertThat(unknown.getId().getTag("code")).isEqualTo("UNAVAILABLE");
  }

  @Test
  void onlyRepetitionsCountAsRetries() {
    call(StatusCode.OK, false, 1, 1);
    assertThat(registry.find("keelson.client.retries").counter()).isNull();

    call(StatusCode.OK, false, 4, 1);
    assertThat(registry.get("keelson.client.retries").tag("method", PUT).counter().count())
        .isEqualTo(3);
  }

  @Test
  void resumedWatchersAndLostLeasesAreCounted() {
    observer.watchersResumed(3);
    observer.watchersResumed(2);
    observer.leaseLost(7);

    assertThat(registry.get("keelson.client.watchers.resumed").counter().count()).isEqualTo(5);
    assertThat(registry.get("keelson.client.leases.lost").counter().count()).isEqualTo(1);
  }
}
