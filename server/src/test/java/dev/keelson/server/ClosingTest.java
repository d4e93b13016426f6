package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ClosingTest {
  private final Closing closing = new Closing();
  private final List<String> closed = new CopyOnWriteArrayList<>();

  @Test
  void whatWasOpenedLastIsClosedFirstEvenIfAPartFails() {
    closing.add(() -> closed.add("first"));
    closing.add(
        () -> {
          throw new IOException("on purpose");
        });
    closing.add(() -> closed.add("last"));

    closing.close();
    closing.close();

    assertThat(closed).containsExactly("last", "first");
  }

  /** A member may fail, or be expelled, while it still opens its client port. */
  @Test
  void whoClosesFromAnotherThreadWaitsUntilAllIsOpen() throws InterruptedException {
    closing.add(() -> closed.add("first"));
    var other =
        Thread.ofPlatform()
            .start(
                () -> {
                  closing.awaitComplete();
                  closing.close();
                });
    await().until(() -> other.getState() == Thread.State.WAITING);
    closing.add(() -> closed.add("last"));
    assertThat(closed).isEmpty();

    closing.complete();
    other.join();

    assertThat(closed).containsExactly("last", "first");
  }
}
