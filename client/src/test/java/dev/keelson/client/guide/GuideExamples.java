package dev.keelson.client.guide;

import dev.keelson.client.Bytes;
import dev.keelson.client.Codec;
import dev.keelson.client.Get;
import dev.keelson.client.IndefiniteException;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeyRange;
import dev.keelson.client.KeyValue;
import dev.keelson.client.OwnershipLostException;
import dev.keelson.client.Put;
import dev.keelson.client.Txn;
import dev.keelson.client.WatchSpec;
import dev.keelson.client.cache.Cache;
import dev.keelson.client.recipe.Election;
import dev.keelson.client.recipe.FencedMutex;
import dev.keelson.client.recipe.ServiceRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The code of docs/client-guide.md: each part between marks stands there word for word. */
final class GuideExamples {
  private final Consumer<String> out;

  GuideExamples(Consumer<String> out) {
    this.out = out;
  }

  void connect(String first, String second, String third) {
    // guide: connect
    try (var client =
        KeelsonClient.builder()
            .endpoints(first, second, third)
            .namespace("shop/")
            .callTimeout(Duration.ofSeconds(10))
            .build()) {
      client.kv().put("greeting", "hello");
      String greeting = client.kv().get("greeting").map(KeyValue::text).orElse("nothing");
      out.accept(greeting);
    }
    // end
  }

  void failures(KeelsonClient client) {
    // guide: failures
    try {
      client.kv().put("balance", "100");
    } catch (IndefiniteException e) {
      // It may have happened. Whether it did, a read tells.
      boolean happened =
          client.kv().get("balance").filter(kv -> kv.text().equals("100")).isPresent();
      out.accept("happened: " + happened);
    }
    // end
  }

  void transaction(KeelsonClient client) {
    client.kv().put("stock", "1");
    // guide: transaction
    KeyValue stock = client.kv().get("stock").orElseThrow();
    var read = Get.key("stock");
    var result =
        client
            .kv()
            .run(
                Txn.when("stock")
                    .modRevisionIs(stock.modRevision())
                    .and("sold-out")
                    .isAbsent()
                    .then(Put.of("stock", "0"), Put.of("sold-out", "yes"))
                    .orElse(read));
    if (!result.succeeded()) {
      KeyValue now = result.of(read).first().orElseThrow();
      out.accept("someone was faster: " + now.text());
    }
    // end
  }

  void stream(KeelsonClient client) {
    // guide: stream
    try (var orders = client.kv().stream(Get.prefix("orders/"))) {
      orders.filter(kv -> kv.text().startsWith("open")).forEach(kv -> out.accept(kv.key().utf8()));
    }
    // end
  }

  void typed(KeelsonClient client) {
    // guide: typed
    var prices = client.kv().typed(Codec.UTF8, Codec.LONG);
    prices.put("prices/apple", 30L);
    boolean changed = prices.compareAndSet("prices/apple", 30L, 35L);
    // end
    out.accept("changed: " + changed);
  }

  void watch(KeelsonClient client) {
    // guide: watch
    var watcher =
        client
            .watches()
            .listen(
                WatchSpec.prefix("orders/"),
                changes -> changes.changes().forEach(change -> out.accept(change.toString())));
    client.kv().put("orders/1", "open");
    // end
    watcher.close();
  }

  void cache(KeelsonClient client) throws InterruptedException {
    // guide: cache
    try (var orders =
        Cache.of(client, KeyRange.prefix("orders/"), Codec.UTF8)
            .index("state", order -> List.of(order.split(":", -1)[0]))
            .start()) {
      long written = client.kv().put("orders/2", "open: two apples");
      orders.awaitRevision(written, Duration.ofSeconds(30));
      List<String> open = orders.lookup("state", "open");
      out.accept("open: " + open);
    }
    // end
  }

  void lease(KeelsonClient client) {
    // guide: lease
    try (var lease = client.leases().keep(Duration.ofSeconds(10))) {
      client.kv().run(Put.of("workers/7", "busy").withLease(lease.id()));
      lease.ended().thenAccept(how -> out.accept("lease ended: " + how));
    }
    // end
  }

  void mutex(KeelsonClient client) throws InterruptedException {
    // guide: mutex
    try (var session = client.leases().keep(Duration.ofSeconds(10));
        var owner = new FencedMutex(client, session, "locks/report").lock()) {
      owner.run(Txn.of(Put.of("report", "written with token " + owner.token())));
    } catch (OwnershipLostException e) {
      out.accept("someone else writes the report now");
    }
    // end
  }

  void election(KeelsonClient client) throws Exception {
    // guide: election
    var election = new Election(client, "leaders/scheduler");
    var observing = election.observe(leader -> leader.ifPresent(l -> out.accept(l.value().utf8())));
    try (var session = client.leases().keep(Duration.ofSeconds(10));
        var leadership = election.campaign(session, Bytes.of("host-1"))) {
      leadership.ownership().run(Txn.of(Put.of("schedule", "made by host-1")));
    }
    observing.close();
    // end
  }

  void services(KeelsonClient client) {
    // guide: services
    var registry = new ServiceRegistry<>(client, "services", Codec.UTF8);
    try (var me = registry.register("web", "1", "10.0.0.7:8080", Duration.ofSeconds(10));
        var web = registry.discover("web").start()) {
      out.accept(me.key() + " is listed");
      web.snapshot().values().forEach(out);
    }
    // end
  }
}
