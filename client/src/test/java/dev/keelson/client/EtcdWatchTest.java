package dev.keelson.client;

/** {@link WatchContract} on Etcd. */
class EtcdWatchTest extends WatchContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.etcd(1);
  }
}
