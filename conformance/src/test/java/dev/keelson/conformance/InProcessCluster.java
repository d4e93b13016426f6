package dev.keelson.conformance;

import dev.keelson.conformance.process.ClusterLayout;
import dev.keelson.conformance.process.MemberSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** A Keelson cluster inside this JVM, with data of its own that closing removes. */
public final class InProcessCluster implements AutoCloseable {
  private static final int ATTEMPTS = 3;

  private final ClusterLayout layout;
  private final List<InProcessMember> members = new ArrayList<>();

  private InProcessCluster(ClusterLayout layout) {
    this.layout = layout;
  }

  /** On ports that are free: a program that takes one before the member does costs another try. */
  public static InProcessCluster start(int size, List<String> flags) {
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      try {
        return startOnce(size, flags);
      } catch (IllegalStateException e) {
        if (!isForAPort(e)) {
          throw e;
        }
      }
    }
    return startOnce(size, flags);
  }

  private static boolean isForAPort(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .anyMatch(cause -> String.valueOf(cause.getMessage()).contains("Address already in use"));
  }

  private static InProcessCluster startOnce(int size, List<String> flags) {
    var cluster = new InProcessCluster(ClusterLayout.of(size, flags));
    try {
      cluster.layout.members().forEach(spec -> cluster.members.add(InProcessMember.start(spec)));
      cluster.members.forEach(InProcessMember::awaitServing);
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** Members of their own for the cases that need one. */
  static MemberFactory factory() {
    return flags -> new OwnMember(start(1, flags));
  }

  public List<String> endpoints() {
    return members.stream().map(InProcessMember::endpoint).toList();
  }

  InProcessMember member(int index) {
    return members.get(index);
  }

  /** The index of the member that leads, as it says itself. */
  Optional<Integer> leader() {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).leads()) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  /** Announces a learner and starts it; does not wait. There can be one. */
  String addLearner() {
    MemberSpec spec = layout.joining();
    spec.announceAsLearner(members.getFirst().endpoint());
    members.add(InProcessMember.start(spec));
    return spec.endpoint();
  }

  @Override
  public void close() {
    members.forEach(InProcessMember::close);
    layout.delete();
  }

  private record OwnMember(InProcessCluster cluster) implements MemberFactory.LiveMember {
    @Override
    public String endpoint() {
      return cluster.endpoints().getFirst();
    }

    @Override
    public void restart() {
      cluster.members.getFirst().restart();
    }

    @Override
    public String addLearner() {
      return cluster.addLearner();
    }

    @Override
    public void close() {
      cluster.close();
    }
  }
}
