package dev.keelson.client.cache;

import dev.keelson.client.StoreUnderTest;

/** {@link CacheContract} on Keelson. */
class KeelsonCacheTest extends CacheContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.keelson(1);
  }
}
