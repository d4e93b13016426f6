package dev.keelson.clientbench;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Jetcd, as its builder makes it. */
record JetcdSubject(Client client) implements Subject {
  static JetcdSubject open(List<String> endpoints) {
    String[] urls = endpoints.stream().map(each -> "http://" + each).toArray(String[]::new);
    return new JetcdSubject(Client.builder().endpoints(urls).build());
  }

  @Override
  public void put(byte[] key, byte[] value) {
    putLater(key, value).join();
  }

  @Override
  public CompletableFuture<?> putLater(byte[] key, byte[] value) {
    return client.getKVClient().put(ByteSequence.from(key), ByteSequence.from(value));
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    return client.getKVClient().get(ByteSequence.from(key)).join().getKvs().stream()
        .findFirst()
        .map(found -> found.getValue().getBytes());
  }

  @Override
  public void watch(byte[] key, Runnable changed) {
    // Closing the client ends its watches.
    client
        .getWatchClient()
        .watch(
            ByteSequence.from(key),
            Watch.listener(answer -> answer.getEvents().forEach(event -> changed.run())));
  }

  @Override
  public void close() {
    client.close();
  }
}
