package dev.keelson.conformance.process;

import dev.keelson.api.etcdserverpb.MemberAddRequest;
import dev.keelson.conformance.store.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One member of a cluster, as its command line says it.
 *
 * @param initialCluster every member as {@code name=peer URL}
 * @param flags further flags, in etcd's names
 */
public record MemberSpec(
    String name,
    Path dataDir,
    int clientPort,
    int peerPort,
    String initialCluster,
    String token,
    List<String> flags) {

  public MemberSpec {
    flags = List.copyOf(flags);
  }

  /** Its client endpoint, {@code host:port}. */
  public String endpoint() {
    return "127.0.0.1:" + clientPort;
  }

  public String peerUrl() {
    return "http://127.0.0.1:" + peerPort;
  }

  public MemberSpec withFlags(String... more) {
    return new MemberSpec(
        name,
        dataDir,
        clientPort,
        peerPort,
        initialCluster,
        token,
        Stream.concat(flags.stream(), Stream.of(more)).toList());
  }

  public MemberSpec withDataDir(Path other) {
    return new MemberSpec(name, other, clientPort, peerPort, initialCluster, token, flags);
  }

  public MemberSpec withToken(String other) {
    return new MemberSpec(name, dataDir, clientPort, peerPort, initialCluster, other, flags);
  }

  /** Tells the member at this endpoint that this one is going to join as a learner. */
  public void announceAsLearner(String endpoint) {
    try (Store store = Store.connect(endpoint)) {
      var _ =
          store
              .cluster()
              .memberAdd(
                  MemberAddRequest.newBuilder().addPeerURLs(peerUrl()).setIsLearner(true).build());
    }
  }

  /** The flags that etcd and Keelson share. */
  public List<String> arguments() {
    var own =
        List.of(
            "--name=" + name,
            "--data-dir=" + dataDir,
            "--listen-client-urls=http://" + endpoint(),
            "--advertise-client-urls=http://" + endpoint(),
            "--listen-peer-urls=" + peerUrl(),
            "--initial-advertise-peer-urls=" + peerUrl(),
            "--initial-cluster=" + initialCluster,
            "--initial-cluster-token=" + token,
            "--initial-cluster-state=new");
    return Stream.concat(own.stream(), flags.stream()).toList();
  }
}
