package dev.keelson.client;

/** {@link TlsContract} on Keelson. */
class KeelsonTlsTest extends TlsContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.keelson(1);
  }
}
