package dev.keelson.chaos.simulation;

import dev.keelson.api.status.EtcdError;
import dev.keelson.api.status.StatusCode;
import dev.keelson.server.rpc.Answer;
import dev.keelson.server.rpc.CallContext;
import dev.keelson.server.rpc.Credentials;
import dev.keelson.storage.mvcc.ReadView;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One unary call of a client at a member: the way there, the handler's steps on the connection's
 * thread, the way back. The client hears one reply, or that it has waited long enough.
 */
final class SimulatedCall<R> implements CallContext, Answer<R> {
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private final World world;
  private final MemberLife life;
  private final Credentials credentials;
  private final Consumer<Reply<R>> client;
  private final List<Runnable> whenOver = new ArrayList<>();
  private boolean answered;
  private boolean heard;

  /** What a client hears. */
  sealed interface Reply<R> {
    record Success<R>(R response) implements Reply<R> {}

    record Refused<R>(StatusCode code, String message) implements Reply<R> {
      /** It came without a token, where one is asked for. */
      boolean isForWantOfAUser() {
        return message.equals(EtcdError.USER_EMPTY.message());
      }

      /** Class D: nothing has happened, and nothing will (1.3). */
      boolean isDefinite() {
        return switch (code) {
          case INVALID_ARGUMENT,
              NOT_FOUND,
              OUT_OF_RANGE,
              FAILED_PRECONDITION,
              PERMISSION_DENIED,
              UNAUTHENTICATED ->
              true;
          case RESOURCE_EXHAUSTED -> message.equals(EtcdError.REQUEST_TOO_MANY_REQUESTS.message());
          default -> false;
        };
      }
    }

    /** Nobody knows. */
    record Silence<R>() implements Reply<R> {}
  }

  /** Of somebody who may do everything. */
  SimulatedCall(World world, MemberLife life, Consumer<Reply<R>> client) {
    this(world, life, world.session().credentials(), client);
  }

  SimulatedCall(World world, MemberLife life, Credentials credentials, Consumer<Reply<R>> client) {
    this.world = world;
    this.life = life;
    this.credentials = credentials;
    this.client = client;
  }

  /** Sends the call on its way. */
  void begin(Consumer<SimulatedCall<R>> handler) {
    life.whenOver(() -> world.client(() -> hear(new Reply.Silence<>())));
    world
        .timeline()
        .plan(world.patience(PATIENCE_NANOS), World.CLIENTS, () -> hear(new Reply.Silence<>()));
    life.plan(life.pace().beforeCall(), () -> handler.accept(this));
  }

  private void hear(Reply<R> reply) {
    if (!heard) {
      heard = true;
      client.accept(reply);
      life.plan(0, this::over);
    }
  }

  private void over() {
    answered = true;
    whenOver.forEach(Runnable::run);
    whenOver.clear();
  }

  private void reply(Reply<R> reply) {
    if (reply instanceof Reply.Refused<R> refused
        && (refused.code() == StatusCode.UNAUTHENTICATED || refused.isForWantOfAUser())) {
      world.session().renew();
    }
    if (!answered) {
      answered = true;
      world
          .timeline()
          .plan(life.pace().beforeCall(), World.CLIENTS, () -> world.client(() -> hear(reply)));
    }
  }

  @Override
  public void success(R response) {
    reply(new Reply.Success<>(response));
  }

  @Override
  public void fail(StatusCode code, String message) {
    reply(new Reply.Refused<>(code, message));
  }

  @Override
  public boolean isCancelled() {
    return heard;
  }

  @Override
  public void resume(Runnable work) {
    life.plan(life.pace().beforeCall(), () -> runUnlessCancelled(work));
  }

  private void runUnlessCancelled(Runnable work) {
    if (!isCancelled()) {
      work.run();
    }
  }

  @Override
  public void resumeAfter(long millis, Runnable work) {
    life.plan(millis * 1_000_000, () -> runUnlessCancelled(work));
  }

  @Override
  public void whenOver(Runnable work) {
    whenOver.add(work);
  }

  @Override
  public Credentials credentials() {
    return credentials;
  }

  @Override
  public CallContext detached() {
    return new SimulatedCall<R>(world, life, credentials, reply -> {});
  }

  @Override
  public void read(Extent extent, Consumer<ReadView> read) {
    resume(
        () -> {
          try (var view = life.core().store().openView()) {
            read.accept(view);
          }
        });
  }
}
