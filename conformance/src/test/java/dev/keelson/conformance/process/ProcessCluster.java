package dev.keelson.conformance.process;

import dev.keelson.api.etcdserverpb.StatusResponse;
import dev.keelson.conformance.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A cluster of member processes on loopback, with data and logs in a directory of its own that
 * closing removes. Not thread-safe.
 */
public final class ProcessCluster implements AutoCloseable {
  public static final Duration STARTS_WITHIN = Duration.ofMinutes(3);

  private final ClusterLayout layout;
  private final Program program;
  private final List<MemberProcess> members = new ArrayList<>();

  private ProcessCluster(ClusterLayout layout, Program program) {
    this.layout = layout;
    this.program = program;
    layout.members().forEach(this::add);
  }

  /** Starts so many members with these flags, and returns when all of them serve. */
  public static ProcessCluster start(Program program, int size, List<String> flags) {
    ProcessCluster cluster = prepare(program, size, flags);
    try {
      cluster.startAll();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** The same, and nothing is started yet. */
  public static ProcessCluster prepare(Program program, int size, List<String> flags) {
    return new ProcessCluster(ClusterLayout.of(size, flags), program);
  }

  /** Announces a learner and starts it; does not wait. There can be one. */
  public MemberProcess addLearner() {
    MemberSpec spec = layout.joining();
    spec.announceAsLearner(members.getFirst().endpoint());
    MemberProcess learner = add(spec);
    learner.start();
    return learner;
  }

  public void startAll() {
    members.stream().filter(m -> !m.isAlive()).forEach(MemberProcess::start);
    members.forEach(m -> m.awaitServing(STARTS_WITHIN));
  }

  public List<MemberProcess> members() {
    return List.copyOf(members);
  }

  public MemberProcess member(int index) {
    return members.get(index);
  }

  public List<String> endpoints() {
    return members.stream().map(MemberProcess::endpoint).toList();
  }

  /** A directory for a test's own files, removed with the cluster. */
  public Path scratch() {
    return layout.root();
  }

  /** The member that the living ones call leader, if they name one that lives. */
  public Optional<MemberProcess> leader() {
    for (MemberProcess member : members) {
      if (!member.isAlive()) {
        continue;
      }
      try (Store store = Store.connect(member.endpoint())) {
        Optional<StatusResponse> status = ServingCheck.statusOf(store);
        if (status.isPresent()
            && status.get().getLeader() != 0
            && status.get().getLeader() == status.get().getHeader().getMemberId()) {
          return Optional.of(member);
        }
      }
    }
    return Optional.empty();
  }

  /** What every member printed last, for a failure's message. */
  public String logs() {
    return members.stream().map(MemberProcess::logTail).collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    members.forEach(MemberProcess::close);
    layout.delete();
  }

  private MemberProcess add(MemberSpec spec) {
    var log = layout.root().resolve(spec.name() + ".log");
    members.add(new MemberProcess(program, spec, log));
    return members.getLast();
  }
}
