package dev.keelson.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What cannot be is said. */
class ExtensionFailureTest {
  @KeelsonCluster(flags = "no-value")
  private interface WithoutAValue {}

  @KeelsonCluster(flags = "no-such-flag=1")
  private interface WithAnUnknownFlag {}

  @Test
  void aFlagWithoutAValueIsRefused() {
    assertThatThrownBy(() -> OpenCluster.start(wanted(WithoutAValue.class)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no-value");
  }

  @Test
  void aFlagThatDoesNotExistIsRefused() {
    assertThatThrownBy(() -> OpenCluster.start(wanted(WithAnUnknownFlag.class)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no-such-flag");
  }

  private static KeelsonCluster wanted(Class<?> bearer) {
    return requireNonNull(bearer.getAnnotation(KeelsonCluster.class));
  }
}
