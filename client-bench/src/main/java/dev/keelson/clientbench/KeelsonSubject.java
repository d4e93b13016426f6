package dev.keelson.clientbench;

import dev.keelson.client.Bytes;
import dev.keelson.client.KeelsonClient;
import dev.keelson.client.KeyRange;
import dev.keelson.client.KeyValue;
import dev.keelson.client.WatchSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** This project's client; it waits for long, as jetcd waits for ever. */
record KeelsonSubject(KeelsonClient client) implements Subject {
  static KeelsonSubject open(List<String> endpoints) {
    return new KeelsonSubject(
        KeelsonClient.builder().endpoints(endpoints).callTimeout(Duration.ofMinutes(1)).build());
  }

  @Override
  public void put(byte[] key, byte[] value) {
    client.kv().put(Bytes.copyOf(key), Bytes.copyOf(value));
  }

  @Override
  public CompletableFuture<?> putLater(byte[] key, byte[] value) {
    return client.kv().async().put(Bytes.copyOf(key), Bytes.copyOf(value));
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    return client.kv().get(Bytes.copyOf(key)).map(KeyValue::value).map(Bytes::toByteArray);
  }

  @Override
  public void watch(byte[] key, Runnable changed) {
    var range = KeyRange.single(Bytes.copyOf(key));
    client
        .watches()
        .listen(WatchSpec.of(range), changes -> changes.changes().forEach(each -> changed.run()));
  }

  @Override
  public void close() {
    client.close();
  }
}
