package dev.keelson.client.recipe;

import dev.keelson.client.StoreUnderTest;

/** {@link RecipeContract} on Keelson. */
class KeelsonRecipeTest extends RecipeContract {
  @Override
  protected StoreUnderTest open() {
    return StoreUnderTest.keelson(1);
  }
}
