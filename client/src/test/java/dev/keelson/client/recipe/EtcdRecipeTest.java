package dev.keelson.client.recipe;

import dev.keelson.client.StoreUnderTest;

/** {@link RecipeContract} on Etcd. */
class EtcdRecipeTest extends RecipeContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.etcd(1);
  }
}
