package dev.keelson.chaos.simulation;

import static java.util.Objects.requireNonNull;

import dev.keelson.api.status.StatusCode;
import dev.keelson.server.rpc.Credentials;
import dev.keelson.server.rpc.StreamHandler;
import dev.keelson.server.rpc.StreamReceiver;
import dev.keelson.server.rpc.StreamSink;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One stream of a client at a member, with a small window: a slow client is felt. */
final class SimulatedStream<Q, R> implements StreamSink<R> {
  private final World world;
  private final MemberLife life;
  private final int window;
  private final Consumer<R> client;
  private final Runnable broken;
  private final ArrayDeque<R> underWay = new ArrayDeque<>();
  private final ArrayDeque<Q> requests = new ArrayDeque<>();
  private @Nullable StreamReceiver<Q> receiver;
  private int wanted = 1;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private boolean draining;
  private boolean delivering;
  private boolean over;

  SimulatedStream(World world, MemberLife life, int window, Consumer<R> client, Runnable broken) {
    this.world = world;
    this.life = life;
    this.window = window;
    this.client = client;
    this.broken = broken;
  }

  void open(StreamHandler<Q, R> handler) {
    life.whenOver(this::lost);
    execute(
        () -> {
          receiver = handler.open(this);
          pass();
        });
  }

  void request(Q request) {
    execute(
        () -> {
          requests.add(request);
          pass();
        });
  }

  /** The client goes away. */
  void cancel() {
    if (!over) {
      over = true;
      life.plan(life.pace().beforeCall(), this::end);
    }
  }

  private void pass() {
    while (receiver != null && wanted > 0 && !requests.isEmpty() && !over) {
      wanted--;
      receiver.message(requests.remove());
    }
  }

  private void lost() {
    if (!over) {
      over = true;
      world.client(broken);
    }
  }

  private void end() {
    if (receiver != null) {
      receiver.ended();
    }
  }

  @Override
  public boolean isWritable() {
    return underWay.size() < window;
  }

  @Override
  public void send(R message) {
    if (over) {
      return;
    }
    underWay.add(message);
    deliverNext();
  }

  private void deliverNext() {
    if (delivering || underWay.isEmpty()) {
      return;
    }
    delivering = true;
    world
        .timeline()
        .plan(
            life.pace().beforeCall(),
            World.CLIENTS,
            () -> {
              delivering = false;
              if (!over) {
                boolean wasFull = !isWritable();
                var message = underWay.remove();
                world.client(() -> client.accept(message));
                if (wasFull) {
                  execute(this::writable);
                }
                deliverNext();
              }
            });
  }

  private void writable() {
    requireNonNull(receiver).writable();
  }

  @Override
  public void requestMore(int count) {
    wanted += count;
    execute(this::pass);
  }

  @Override
  public void complete() {
    fail(StatusCode.OK, "");
  }

  @Override
  public void fail(StatusCode code, String message) {
    if (code == StatusCode.UNAUTHENTICATED) {
      world.session().renew();
    }
    if (!over) {
      over = true;
      life.plan(0, this::end);
      world.timeline().plan(life.pace().beforeCall(), World.CLIENTS, () -> world.client(broken));
    }
  }

  /** One thread: what is handed over first is done first. */
  @Override
  public void execute(Runnable work) {
    tasks.add(work);
    if (!draining) {
      draining = true;
      life.plan(life.pace().beforeCall(), this::drain);
    }
  }

  @Override
  public void executeAfter(long millis, Runnable work) {
    life.plan(millis * 1_000_000, () -> execute(work));
  }

  @Override
  public Credentials credentials() {
    return world.session().credentials();
  }

  private void drain() {
    draining = false;
    for (int waiting = tasks.size(); waiting > 0; waiting--) {
      var task = tasks.remove();
      if (!over) {
        task.run();
      }
    }
  }
}
