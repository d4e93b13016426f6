package dev.keelson.client;

import static java.time.Duration.ofSeconds;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * What holds on every store that speaks the API: one member for a class's tests, a namespace and a
 * client of its own for each test.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
public abstract class Contract {
  private final AtomicInteger tests = new AtomicInteger();
  private StoreUnderTest store;
  private KeelsonClient root;
  protected KeelsonClient client;

  protected abstract StoreUnderTest open();

  @BeforeAll
  void openStore() {
    store = open();
  }

  @BeforeEach
  void connect() {
    root = KeelsonClient.builder().endpoints(store.endpoints()).callTimeout(ofSeconds(60)).build();
    client = root.namespace("t" + tests.incrementAndGet() + "/");
  }

  @AfterEach
  void disconnect() {
    root.close();
  }

  @AfterAll
  void closeStore() {
    if (store != null) {
      store.close();
    }
  }

  protected StoreUnderTest store() {
    return store;
  }

  /** A client without a namespace, closed with the test. */
  protected KeelsonClient root() {
    return root;
  }
}
