package dev.keelson.examples.worker;

import static java.util.Objects.requireNonNull;

import dev.keelson.client.Get;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeyValue;
import dev.keelson.examples.Stage;
import dev.keelson.examples.Story;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Three workers, one works; it dies, and so does a member of the store. */
public final class WorkerStory implements Story {
  private static final Duration TTL = Duration.ofSeconds(5);
  private static final String JOBS = "work/jobs/";

  @Override
  public void play(Stage stage) throws Exception {
    var workers = new HashMap<String, Worker>();
    for (String name : List.of("one", "two", "three")) {
      workers.put(name, new Worker(stage.client(), name, TTL));
    }
    try (var client = stage.client()) {
      stage.await("one of three workers has done five jobs", () -> done(client).size() >= 5);

      String working = last(client);
      stage.say("it is " + working + ", and crashes");
      requireNonNull(workers.remove(working)).crash();
      stage.await("another one works", () -> !last(client).equals(working));

      int before = done(client).size();
      stage.killLeader();
      stage.await("work goes on", () -> done(client).size() > before);
    } finally {
      for (var worker : workers.values()) {
        worker.close();
      }
    }
    try (var client = stage.client()) {
      requireEachJobOnce(done(client));
      stage.say("every job was done, each once, in its order");
    }
  }

  private static List<KeyValue> done(KeelsonClient client) {
    try (var jobs = client.kv().stream(Get.prefix(JOBS))) {
      return jobs.toList();
    }
  }

  private static String last(KeelsonClient client) {
    return done(client).getLast().text();
  }

  /** A job that was done twice would have been put twice. */
  private static void requireEachJobOnce(List<KeyValue> jobs) {
    var wrong = new ArrayList<String>();
    Map<Long, String> byRevision = new TreeMap<>();
    for (int job = 1; job <= jobs.size(); job++) {
      KeyValue found = jobs.get(job - 1);
      byRevision.put(found.modRevision(), found.key().utf8());
      if (!found.key().utf8().equals(JOBS + "%06d".formatted(job)) || found.version() != 1) {
        wrong.add(found.toString());
      }
    }
    var inOrderOfTime = List.copyOf(byRevision.values());
    if (!wrong.isEmpty() || !inOrderOfTime.equals(inOrderOfTime.stream().sorted().toList())) {
      throw new IllegalStateException("jobs left out, done twice or out of order: " + wrong);
    }
  }
}
