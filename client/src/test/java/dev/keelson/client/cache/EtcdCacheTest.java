package dev.keelson.client.cache;

import dev.keelson.client.StoreUnderTest;

/** {@link CacheContract} on Etcd. */
class EtcdCacheTest extends CacheContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.etcd(1);
  }
}
