package dev.keelson.client;

import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps all leases of a client alive, over one stream and by one timer: whatever is due within a
 * beat is renewed together. Its state is owned by the loop; the methods that others call say so.
 */
final class LeaseKeeper {
  private static final Logger LOG = System.getLogger(LeaseKeeper.class.getName());
  private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LEAST_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(700);
  private static final long MOST_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int MOST_DOUBLINGS = 5;

  private final Calls calls;
  private final Map<Long, KeptLease> leases = new HashMap<>();
  private final PriorityQueue<KeptLease> byDue =
      new PriorityQueue<>(Comparator.comparingLong(KeptLease::due));
  private @Nullable Stream stream;
  private boolean opening;
  private boolean beating;
  private boolean closed;
  private int failures;

  LeaseKeeper(Calls calls) {
    this.calls = calls;
  }

  /** From any thread. */
  long now() {
    return calls.loop().nanoTime();
  }

  /** From any thread. */
  void keep(KeptLease lease) {
    if (calls.isClosed()) {
      boolean unused = lease.end(KeptLease.End.CLIENT_CLOSED);
      return;
    }
    calls.loop().execute(() -> add(lease));
  }

  /** From any thread. */
  void forget(KeptLease lease, KeptLease.End how) {
    boolean unused = lease.end(how);
    calls.loop().execute(() -> remove(lease));
  }

  /** From any thread. */
  void close() {
    calls
        .loop()
        .execute(
            () -> {
              closed = true;
              for (KeptLease lease : List.copyOf(leases.values())) {
                boolean unused = lease.end(KeptLease.End.CLIENT_CLOSED);
                remove(lease);
              }
            });
  }

  void tell(CompletableFuture<KeptLease.End> whom, KeptLease.End how) {
    try {
      calls.config().executor().execute(() -> whom.complete(how));
    } catch (RejectedExecutionException e) {
      whom.complete(how); // nobody else is left to do it
    }
  }

  void logUnrevoked(long id, KeelsonException failure) {
    LOG.log(
        Level.WARNING,
        "lease {0} was not given back and will end by itself: {1}",
        Long.toHexString(id),
        failure.getMessage());
  }

  private void add(KeptLease lease) {
    if (closed) {
      boolean unused = lease.end(KeptLease.End.CLIENT_CLOSED);
      return;
    }
    leases.put(lease.id(), lease);
    byDue.add(lease);
    beat();
  }

  private void remove(KeptLease lease) {
    if (leases.remove(lease.id(), lease) && leases.isEmpty()) {
      byDue.clear();
      Stream open = stream;
      stream = null;
      if (open != null) {
        open.call.cancel("no lease is left", null);
      }
    }
  }

  private void beat() {
    if (beating || leases.isEmpty()) {
      return;
    }
    beating = true;
    calls
        .loop()
        .after(
            Duration.ofNanos(BEAT_NANOS),
            () -> {
              beating = false;
              renewWhatIsDue();
              beat();
            });
  }

  private void renewWhatIsDue() {
    long now = now();
    for (KeptLease lease = byDue.peek();
        lease != null && lease.due() - now <= 0;
        lease = byDue.peek()) {
      byDue.remove();
      if (lease.hasEnded()) {
        remove(lease);
      } else if (lease.isPastDeadline(now)) {
        lose(lease, KeptLease.End.NOT_RENEWED);
      } else {
        renew(lease, now);
        lease.dueAgain(now);
        byDue.add(lease);
      }
    }
    Stream open = stream;
    if (open != null) {
      open.checkPatience(now);
    }
  }

  private void renew(KeptLease lease, long now) {
    Stream open = stream;
    if (open == null) {
      open();
    } else if (!lease.waitsForAnswer()) {
      open.ask(lease, now);
    }
  }

  private void lose(KeptLease lease, KeptLease.End how) {
    remove(lease);
    if (lease.end(how)) {
      LOG.log(Level.WARNING, "lease {0} is lost: {1}", Long.toHexString(lease.id()), how);
      calls.config().observer().leaseLost(lease.id());
    }
  }

  private void open() {
    if (opening || closed) {
      return;
    }
    opening = true;
    var unused =
        calls
            .tokens()
            .current()
            .whenComplete(
                (token, failure) ->
                    calls
                        .loop()
                        .later(
                            () -> {
                              opening = false;
                              if (failure == null) {
                                connect(token);
                              } else {
                                openLater();
                              }
                            }));
  }

  private void connect(String token) {
    if (closed || stream != null || leases.isEmpty()) {
      return;
    }
    var opened = new Stream(calls.pool().next(), token);
    stream = opened;
    opened.start();
    long now = now();
    for (KeptLease lease : leases.values()) {
      if (lease.wantsRenewal(now)) {
        opened.ask(lease, now);
      }
    }
  }

  private void openLater() {
    if (opening || closed) {
      return;
    }
    opening = true;
    long most = FIRST_PAUSE_NANOS << Math.min(failures++, MOST_DOUBLINGS);
    calls
        .loop()
        .after(
            Duration.ofNanos(most / 2 + ThreadLocalRandom.current().nextLong(most)),
            () -> {
              opening = false;
              if (!leases.isEmpty()) {
                open();
              }
            });
  }

  private void broken(Stream broken, Status status) {
    if (stream != broken) {
      return;
    }
    stream = null;
    broken.endpoint.failed(now());
    if (Failures.wantsToken(status)) {
      calls.tokens().refused(broken.token);
    }
    leases.values().forEach(KeptLease::unanswered);
    openLater();
  }

  /** One call of LeaseKeepAlive; answers come in the order of the requests. */
  private final class Stream extends ClientCall.Listener<LeaseKeepAliveResponse> {
    private final Endpoint endpoint;
    private final String token;
    private final ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call;
    private int unanswered;
    private long waitingSince;
    private long patience = MOST_PATIENCE_NANOS;

    Stream(Endpoint endpoint, String token) {
      this.endpoint = endpoint;
      this.token = token;
      this.call = calls.stream(endpoint, LeaseGrpc.getLeaseKeepAliveMethod());
    }

    void start() {
      call.start(this, Calls.headers(token, true));
      call.request(1);
    }

    void ask(KeptLease lease, long now) {
      if (unanswered++ == 0) {
        waitingSince = now;
      }
      // A member that does not answer must be left early enough to ask another.
      long fits = Math.max(LEAST_PATIENCE_NANOS, lease.interval() / 2);
      patience = Math.min(patience, fits);
      lease.asked(now);
      call.sendMessage(LeaseKeepAliveRequest.newBuilder().setID(lease.id()).build());
    }

    void checkPatience(long now) {
      if (unanswered > 0 && now - waitingSince > patience) {
        call.cancel("a renewal was not answered in time", null);
        broken(this, Status.CANCELLED);
      }
    }

    @Override
    public void onMessage(LeaseKeepAliveResponse message) {
      calls
          .loop()
          .execute(
              () -> {
                if (stream == this) {
                  call.request(1);
                  answered(message);
                }
              });
    }

    private void answered(LeaseKeepAliveResponse message) {
      unanswered--;
      waitingSince = now();
      failures = 0;
      endpoint.succeeded();
      KeptLease lease = leases.get(message.getID());
      if (lease == null || !lease.waitsForAnswer()) {
        return;
      }
      if (message.getTTL() > 0) {
        lease.renewed(message.getTTL());
      } else {
        lose(lease, KeptLease.End.GONE);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      calls.loop().later(() -> broken(this, status));
    }
  }
}
