package dev.keelson.client;

/** {@link WatchContract} on Keelson. */
class KeelsonWatchTest extends WatchContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.keelson(1);
  }
}
