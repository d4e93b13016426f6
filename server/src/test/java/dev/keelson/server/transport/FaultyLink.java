package dev.keelson.server.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A TCP relay to one port that can be cut, frozen, and made to flip a bit. */
final class FaultyLink implements AutoCloseable {
  private static final long NEVER = Long.MAX_VALUE;

  final AtomicInteger accepted = new AtomicInteger();
  private final ServerSocket server;
  private final int targetPort;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicLong cutAt = new AtomicLong(NEVER);
  private final AtomicLong flipAt = new AtomicLong(NEVER);

  /** Guards {@code frozen}; held for an instant. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition thawed = lock.newCondition();
  private boolean frozen;

  FaultyLink(int targetPort) throws IOException {
    this.targetPort = targetPort;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** The first connection that has carried this many bytes forward is cut. */
  void cutOnceAt(long bytes) {
    cutAt.set(bytes);
  }

  /** The first connection that has carried this many bytes forward changes the next one. */
  void flipOnceAt(long bytes) {
    flipAt.set(bytes);
  }

  /** Both sides keep their connections, and hear nothing. */
  void freeze(boolean on) {
    lock.lock();
    try {
      frozen = on;
      thawed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void cutAll() {
    sockets.forEach(FaultyLink::closeQuietly);
    sockets.clear();
  }

  @Override
  public void close() throws IOException {
    server.close();
    cutAll();
    freeze(false);
  }

  private void accept() throws IOException {
    while (!server.isClosed()) {
      var near = server.accept();
      accepted.incrementAndGet();
      var far = new Socket();
      sockets.add(near);
      sockets.add(far);
      try {
        far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort));
        start(() -> relay(near, far, true));
        start(() -> relay(far, near, false));
      } catch (IOException e) {
        closeQuietly(near);
      }
    }
  }

  private void relay(Socket from, Socket to, boolean forward) throws IOException {
    try (from;
        to) {
      var buffer = new byte[16 << 10];
      long carried = 0;
      for (int count = from.getInputStream().read(buffer);
          count >= 0;
          count = from.getInputStream().read(buffer)) {
        awaitThaw();
        carried += count;
        if (forward && carried > flipAt.get() && flipAt.getAndSet(NEVER) != NEVER) {
          buffer[count - 1] ^= 1;
        }
        if (forward && carried > cutAt.get() && cutAt.getAndSet(NEVER) != NEVER) {
          return;
        }
        to.getOutputStream().write(buffer, 0, count);
      }
      awaitThaw(); // an end is not heard either
    }
  }

  private void awaitThaw() {
    lock.lock();
    try {
      while (frozen) {
        thawed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void start(IoTask task) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                task.run();
              } catch (IOException e) {
                // A connection has ended, as connections do.
              }
            });
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone.
    }
  }

  @FunctionalInterface
  private interface IoTask {
    void run() throws IOException;
  }
}
