package dev.keelson.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A key that is there as long as this process says so. When its lease is lost, as after a long
 * absence of the cluster, it is put again under a new one; until then others do not see it. If
 * someone deletes or changes the key, that is left as it is. Thread-safe.
 */
public final class LeasedKey implements AutoCloseable {
  private static final Logger LOG = System.getLogger(LeasedKey.class.getName());
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Leases leases;
  private final Kv kv;
  private final Calls calls;
  private final Bytes key;
  private final Duration ttl;

  /** Guards what follows, while a lease is taken and the key put: users' threads and ours meet. */
  private final ReentrantLock lock = new ReentrantLock();

  private Bytes value;
  private KeptLease lease;
  private boolean registered;
  private boolean closed;

  private LeasedKey(Leases leases, Kv kv, Calls calls, Registration first) {
    this.leases = leases;
    this.kv = kv;
    this.calls = calls;
    this.key = first.key;
    this.value = first.value;
    this.ttl = first.ttl;
    this.lease = first.lease;
    this.registered = true;
  }

  /** What is put, and under what. */
  private record Registration(Bytes key, Bytes value, Duration ttl, KeptLease lease) {}

  static LeasedKey register(
      Leases leases, Kv kv, Calls calls, Bytes key, Bytes value, Duration ttl) {
    KeptLease lease = leases.keep(ttl);
    try {
      PutResult unused = kv.run(Put.of(key, value).withLease(lease.id()));
    } catch (KeelsonException e) {
      lease.close();
      throw e;
    }
    var registered = new LeasedKey(leases, kv, calls, new Registration(key, value, ttl, lease));
    registered.followEnd(lease);
    return registered;
  }

  public Bytes key() {
    return key;
  }

  /** Whether the key is there by what is known here. */
  public boolean isRegistered() {
    lock.lock();
    try {
      return registered && lease.isAlive();
    } finally {
      lock.unlock();
    }
  }

  /** Changes the value; kept for the next registration if there is none now. */
  public void update(Bytes next) {
    lock.lock();
    try {
      value = next;
      if (registered && !closed) {
        PutResult unused = kv.run(Put.of(key, next).withLease(lease.id()));
      }
    } finally {
      lock.unlock();
    }
  }

  private void followEnd(KeptLease watched) {
    var unused =
        watched
            .ended()
            .thenAccept(
                how -> {
                  if (how == KeptLease.End.GONE || how == KeptLease.End.NOT_RENEWED) {
                    again();
                  }
                });
  }

  /** Runs on the executor. */
  private void again() {
    lock.lock();
    try {
      registered = false;
      if (closed || calls.isClosed()) {
        return;
      }
      KeptLease next = leases.keep(ttl);
      lease = next;
      PutResult unused = kv.run(Put.of(key, value).withLease(next.id()));
      registered = true;
      followEnd(next);
    } catch (ClientClosedException e) {
      LOG.log(Level.DEBUG, "not put again: the client is closed");
    } catch (KeelsonException e) {
      LOG.log(Level.WARNING, "{0} is not put again yet: {1}", key, e.getMessage());
      // The put may be done again: it leaves the same.
      calls.loop().after(PAUSE, this::againAside);
    } finally {
      lock.unlock();
    }
  }

  private void againAside() {
    try {
      calls.config().executor().execute(this::replaceLease);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.WARNING, "{0} is not put again: the executor refuses work", key);
    }
  }

  private void replaceLease() {
    lock.lock();
    try {
      lease.close();
    } finally {
      lock.unlock();
    }
    again();
  }

  /** Deletes the key, by giving its lease back. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      registered = false;
      lease.close();
    } finally {
      lock.unlock();
    }
  }
}
