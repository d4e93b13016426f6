package dev.keelson.conformance.process;

import dev.keelson.conformance.MemberFactory;
import java.util.List;

/** One-member clusters for the cases that need a member of their own. */
public final class FreshMembers implements MemberFactory {
  private final Program program;

  public FreshMembers(Program program) {
    this.program = program;
  }

  @Override
  public LiveMember start(List<String> flags) {
    return new OneMember(ProcessCluster.start(program, 1, flags));
  }

  private record OneMember(ProcessCluster cluster) implements LiveMember {
    @Override
    public String endpoint() {
      return cluster.member(0).endpoint();
    }

    @Override
    public void restart() {
      cluster.member(0).kill();
      cluster.startAll();
    }

    @Override
    public String addLearner() {
      return cluster.addLearner().endpoint();
    }

    @Override
    public void close() {
      cluster.close();
    }
  }
}
