package dev.keelson.client;

/** {@link LeaseContract} on Keelson. */
class KeelsonLeaseTest extends LeaseContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.keelson(1);
  }
}
