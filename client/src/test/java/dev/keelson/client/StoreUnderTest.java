package dev.keelson.client;

import dev.keelson.conformance.process.ProcessCluster;
import dev.keelson.conformance.process.Program;
import dev.keelson.server.External;
import java.util.List;

/** A cluster that the client is tested against, which may be stopped member by member. */
public interface StoreUnderTest extends AutoCloseable {
  /** So that no member leaves office because the machine stood still for a moment. */
  List<String> PATIENT = List.of("--election-timeout=5000");

  List<String> endpoints();

  /** Ends the member as suddenly as the kind of store allows. */
  void stop(int member);

  /** Starts it again on its data; returns when it serves. */
  void start(int member);

  @Override
  void close();

  /** Keelson in this JVM. */
  static StoreUnderTest keelson(int members) {
    return KeelsonStore.running(members);
  }

  /** Debian's etcd 3.4, in processes. */
  static EtcdStore etcd(int members) {
    External.needsEtcd();
    return new EtcdStore(ProcessCluster.start(Program.Etcd.debian(), members, PATIENT));
  }

  /** Real processes. */
  record EtcdStore(ProcessCluster cluster) implements StoreUnderTest {
    @Override
    public List<String> endpoints() {
      return cluster.endpoints();
    }

    @Override
    public void stop(int member) {
      cluster.member(member).kill();
    }

    @Override
    public void start(int member) {
      cluster.member(member).start();
      cluster.member(member).awaitServing(ProcessCluster.STARTS_WITHIN);
    }

    @Override
    public void close() {
      cluster.close();
    }
  }
}
