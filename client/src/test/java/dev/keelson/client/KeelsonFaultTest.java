package dev.keelson.client;

/** {@link FaultContract} on Keelson. */
class KeelsonFaultTest extends FaultContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.keelson(1);
  }
}
