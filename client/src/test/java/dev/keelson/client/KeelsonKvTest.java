package dev.keelson.client;

/** {@link KvContract} on Keelson. */
class KeelsonKvTest extends KvContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.keelson(1);
  }
}
