package dev.keelson.server;

import dev.keelson.api.command.Command;
import dev.keelson.api.command.MemberAttributes;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.cluster.Member;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the cluster this member's name and client URLs, until it is known ("keelson-publish"). The
 * thread ends with that. Telling it twice does no harm.
 */
final class MemberPublisher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MemberPublisher.class);
  private static final long RETRY_MILLIS = 500;

  private final Replica replica;
  private final Command command;
  private final CompletableFuture<Boolean> closed = new CompletableFuture<>();
  private final Thread thread;

  private MemberPublisher(Replica replica, Member self) {
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
    this.thread = Thread.ofPlatform().name("keelson-publish").unstarted(this::run);
  }

  static MemberPublisher start(Replica replica, Member self) {
    var publisher = new MemberPublisher(replica, self);
    publisher.thread.start();
    return publisher;
  }

  @Override
  public void close() {
    closed.complete(true);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!publish()) {
        // Waits for the close, or for the time of another attempt.
        var _ = closed.copy().completeOnTimeout(false, RETRY_MILLIS, TimeUnit.MILLISECONDS).get();
      }
    } catch (InterruptedException | ExecutionException e) {
      log.error("member attributes were not published", e);
    }
  }

  /** Whether there is nothing left to do. */
  private boolean publish() throws InterruptedException, ExecutionException {
    if (closed.isDone()) {
      return true;
    }
    var published = new CompletableFuture<Boolean>();
    replica.propose(
        command, outcome -> published.complete(outcome instanceof Outcome.Success<ApplyResult>));
    return published.applyToEither(closed, done -> done).get();
  }
}
