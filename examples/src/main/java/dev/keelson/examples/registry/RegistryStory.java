package dev.keelson.examples.registry;

import dev.keelson.examples.Stage;
import dev.keelson.examples.Story;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Two services, of which one fails over, while a member of the store is killed. */
public final class RegistryStory implements Story {
  private static final Duration TTL = Duration.ofSeconds(5);

  @Override
  public void play(Stage stage) throws Exception {
    try (var client = stage.client();
        var billing = new Caller(client, "billing");
        var shipping = new Caller(client, "shipping");
        var _ = instance(stage, "shipping", "1", "10.0.1.1:80");
        var _ = instance(stage, "billing", "1", "10.0.2.1:80")) {
      var second = instance(stage, "billing", "2", "10.0.2.2:80");
      stage.await(
          "both services are found: billing twice, shipping once",
          () -> billing.addresses().size() == 2 && shipping.addresses().size() == 1);

      stage.killLeader();
      second.crash();
      stage.say("the second process of billing crashes at the same time");
      stage.await(
          "callers of billing go to the first one alone",
          () -> billing.addresses().equals(List.of("10.0.2.1:80")));
      stage.await(
          "shipping was there all the time, or is again",
          () -> shipping.next().equals(Optional.of("10.0.1.1:80")));

      stage.cluster().restore();
      try (var _ = instance(stage, "billing", "3", "10.0.2.3:80")) {
        stage.await(
            "a third process of billing takes its share",
            () -> billing.addresses().equals(List.of("10.0.2.1:80", "10.0.2.3:80")));
      }
      stage.await(
          "it leaves in order, and is asked no more", () -> billing.addresses().size() == 1);
    }
  }

  private static Instance instance(Stage stage, String service, String name, String address)
      throws Exception {
    var made = new AtomicReference<Instance>();
    var client = stage.client();
    stage.surely(() -> made.set(new Instance(client, service, name, address, TTL)));
    return made.get();
  }
}
