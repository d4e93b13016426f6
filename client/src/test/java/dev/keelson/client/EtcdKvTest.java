package dev.keelson.client;

/** {@link KvContract} on Etcd. */
class EtcdKvTest extends KvContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.etcd(1);
  }
}
