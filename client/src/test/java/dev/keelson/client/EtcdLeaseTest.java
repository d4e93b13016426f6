package dev.keelson.client;

/** {@link LeaseContract} on Etcd. */
class EtcdLeaseTest extends LeaseContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.etcd(1);
  }
}
