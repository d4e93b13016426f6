package dev.keelson.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.api.status.EtcdError;
import io.grpc.Status;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The error classes of reliability 1.3, as types. */
class FailuresTest {
  /** Class I: what may have happened. NO_SPACE because of Q6. */
  private static final Set<EtcdError> INDEFINITE =
      Set.of(
          EtcdError.NO_SPACE,
          EtcdError.WATCH_CANCELED,
          EtcdError.NO_LEADER,
          EtcdError.LEADER_CHANGED,
          EtcdError.STOPPED,
          EtcdError.TIMEOUT,
          EtcdError.TIMEOUT_DUE_TO_LEADER_FAIL,
          EtcdError.TIMEOUT_DUE_TO_CONNECTION_LOST,
          EtcdError.TIMEOUT_WAIT_APPLIED_INDEX,
          EtcdError.UNHEALTHY,
          EtcdError.CORRUPT,
          EtcdError.CANCELED,
          EtcdError.DEADLINE_EXCEEDED,
          EtcdError.INTERNAL_ERROR);

  private static Status status(EtcdError error) {
    return Status.fromCodeValue(error.code().number()).withDescription(error.message());
  }

  @ParameterizedTest
  @EnumSource(EtcdError.class)
  void aChangeThatFailedIsOfTheClassThatTheErrorSays(EtcdError error) {
    KeelsonException failure = Failures.of(status(error), CallKind.WRITE, true);

    if (INDEFINITE.contains(error)) {
      assertThat(failure).isInstanceOf(IndefiniteException.class);
    } else {
      assertThat(failure).isInstanceOf(DefiniteException.class);
    }
    assertThat(failure.code()).isEqualTo(error.code());
    assertThat(failure).hasMessage(error.message());
  }

  @ParameterizedTest
  @EnumSource(EtcdError.class)
  void aReadThatFailedChangedNothing(EtcdError error) {
    KeelsonException failure = Failures.of(status(error), CallKind.LINEARIZABLE_READ, true);

    if (error != EtcdError.NO_SPACE) {
      assertThat(failure).isInstanceOf(DefiniteException.class);
    }
  }

  @Test
  void whatWasNeverSentIsDefinite() {
    Status gone = Status.UNAVAILABLE.withDescription("connection refused");

    assertThat(Failures.of(gone, CallKind.WRITE, false)).isInstanceOf(UnavailableException.class);
    assertThat(Failures.of(gone, CallKind.WRITE, true)).isInstanceOf(IndefiniteException.class);
  }

  @Test
  void aStatusThatNobodyKnowsIsIndefiniteForAChange() {
    Status unknown = Status.UNKNOWN.withDescription("context deadline exceeded");
    Status exhausted = Status.RESOURCE_EXHAUSTED.withDescription("something");

    assertThat(Failures.of(unknown, CallKind.WRITE, true)).isInstanceOf(IndefiniteException.class);
    assertThat(Failures.of(exhausted, CallKind.WRITE, true))
        .isInstanceOf(IndefiniteException.class);
  }

  @Test
  void anOverloadedServerRefusedBeforeItDidAnythingWhateverTheCode() {
    Status asEtcdSendsIt = Status.UNKNOWN.withDescription("etcdserver: too many requests");

    assertThat(Failures.of(asEtcdSendsIt, CallKind.WRITE, true))
        .isInstanceOf(OverloadedException.class);
  }
}
