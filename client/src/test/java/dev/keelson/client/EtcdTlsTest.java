package dev.keelson.client;

/** {@link TlsContract} on Etcd. */
class EtcdTlsTest extends TlsContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.etcd(1);
  }
}
