package dev.keelson.server;

import dev.keelson.api.command.Command;
import dev.keelson.api.command.MemberAttributes;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.replica.MemberFailure;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.storage.work.Round;
import dev.keelson.storage.work.Worker;
import dev.keelson.storage.work.Workers;

/**
 * Tells the cluster this member's name and client URLs, until it is known ("keelson-publish").
 * Telling it twice does no harm.
 */
final class MemberPublisher implements Round, AutoCloseable {
  private static final String NAME = "keelson-publish";
  private static final long RETRY_NANOS = 500_000_000;

  private final Replica replica;
  private final Command command;
  private final MemberFailure failure;
  private final Worker worker;
  private volatile State state = State.UNTOLD;

  private enum State {
    UNTOLD,
    UNDER_WAY,
    KNOWN
  }

  private MemberPublisher(Replica replica, Member self, MemberFailure failure, Worker worker) {
    this.replica = replica;
    this.command =
        Command.newBuilder()
            .setMemberAttributes(
                MemberAttributes.newBuilder()
                    .setMemberId(self.id())
                    .setName(self.name())
                    .setIncarnation(self.incarnation())
                    .addAllClientUrls(self.clientUrls()))
            .build();
    this.failure = failure;
    this.worker = worker;
  }

  static MemberPublisher start(
      Replica replica, Member self, MemberFailure failure, Workers workers) {
    var worker = workers.worker(NAME);
    var publisher = new MemberPublisher(replica, self, failure, worker);
    worker.start(publisher);
    return publisher;
  }

  @Override
  public long run() {
    if (state == State.UNTOLD) {
      state = State.UNDER_WAY;
      replica.propose(
          command,
          outcome ->
              state = outcome instanceof Outcome.Success<ApplyResult> ? State.KNOWN : State.UNTOLD);
    }
    return state == State.KNOWN ? WHEN_WOKEN : RETRY_NANOS;
  }

  @Override
  public boolean hasWork() {
    return false;
  }

  @Override
  public void failed(Throwable cause) {
    failure.memberFailed(NAME, cause);
  }

  @Override
  public void close() {
    worker.close();
  }
}
