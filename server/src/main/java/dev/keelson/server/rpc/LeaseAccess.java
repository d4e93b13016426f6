package dev.keelson.server.rpc;

import dev.keelson.api.status.EtcdError;
import dev.keelson.server.auth.AuthSession;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.storage.mvcc.ReadView;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Who may do what with a lease follows from the keys that are attached to it (section 1.8). */
record LeaseAccess(Access access, Reading reads) {
  /** Looks at the newest state, behind a read index. */
  @FunctionalInterface
  interface Reading {
    /** Hands on what the judge found, or why there was nothing to look at. */
    void read(
        Function<ReadView, Optional<EtcdError>> judge,
        Consumer<Optional<EtcdError>> judged,
        Consumer<EtcdError> failed);

    /** On the thread that finds the state up to date: for those who have no other. */
    static Reading atOnce(Replica replica, Supplier<ReadView> views) {
      return (judge, judged, failed) ->
          replica.awaitReadIndex(
              outcome -> {
                switch (outcome) {
                  case Outcome.Success<Long> _ -> {
                    try (var view = views.get()) {
                      judged.accept(judge.apply(view));
                    }
                  }
                  case Outcome.Failure<Long>(var error) -> failed.accept(error);
                }
              });
    }
  }

  /** Why the session may not hear of the lease's keys. */
  static Optional<EtcdError> readRefusal(AuthSession session, long lease, ReadView view) {
    return session.isAdmin()
        ? Optional.empty()
        : session.clearance().mayReadAll(view.attachedKeys(lease));
  }

  /** Why the session may not hear of the keys of one of the leases. */
  static Optional<EtcdError> readRefusal(AuthSession session, List<Long> leases, ReadView view) {
    for (long lease : leases) {
      var error = readRefusal(session, lease, view);
      if (error.isPresent()) {
        return error;
      }
    }
    return Optional.empty();
  }

  /**
   * Goes on if the client may renew the lease; judged on the keys as they are now.
   *
   * @param refused hears why it may not, on a thread that others need, as does what goes on
   */
  void requireRenewal(long lease, StreamSink<?> sink, Consumer<EtcdError> refused, Runnable then) {
    if (!access.board().current().enabled()) {
      then.run();
      return;
    }
    access.identify(
        sink.credentials(),
        sink::executeAfter,
        refused,
        session -> {
          var nobody = session.somebodyRefusal();
          if (nobody.isPresent()) {
            refused.accept(nobody.get());
          } else if (session.isAdmin()) {
            then.run();
          } else {
            judge(lease, session, refused, then);
          }
        });
  }

  private void judge(long lease, AuthSession session, Consumer<EtcdError> refused, Runnable then) {
    reads.read(
        view ->
            access.stillHolds(session)
                ? session.clearance().mayWriteAll(view.attachedKeys(lease))
                : Optional.of(EtcdError.AUTH_OLD_REVISION),
        refusal -> refusal.ifPresentOrElse(refused, then),
        refused);
  }
}
