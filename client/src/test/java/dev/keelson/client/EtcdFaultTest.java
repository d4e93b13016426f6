package dev.keelson.client;

/** {@link FaultContract} on Etcd. */
class EtcdFaultTest extends FaultContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.etcd(1);
  }
}
