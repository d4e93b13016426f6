package dev.keelson.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A way to a member that can be cut, closed, or made to swallow everything. What it carried is
 * counted, so that a test can wait for something to have gone through.
 */
public final class CuttingProxy implements AutoCloseable {
  private final InetSocketAddress target;
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();
  private final AtomicLong answered = new AtomicLong();
  private boolean frozen;
  private boolean answersLost;
  private volatile boolean refusing;
  private volatile boolean closed;

  public CuttingProxy(String endpoint) {
    int colon = endpoint.lastIndexOf(':');
    target =
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), Integer.parseInt(endpoint.substring(colon + 1)));
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  public String endpoint() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** Breaks every connection there is; new ones are taken. */
  public void cut() {
    sockets.forEach(CuttingProxy::closeQuietly);
  }

  /** From now on connections are accepted and broken at once. */
  public void refuse(boolean refuse) {
    refusing = refuse;
    if (refuse) {
      cut();
    }
  }

  /** From now on nothing goes through, and nothing breaks. */
  public void freeze(boolean freeze) {
    setLocked(() -> frozen = freeze);
  }

  /** From now on what the member answers is lost, and what is sent to it arrives. */
  public void loseAnswers(boolean lose) {
    setLocked(() -> answersLost = lose);
  }

  /** How often the member has sent something, whether or not it went through. */
  public long answered() {
    return answered.get();
  }

  private void setLocked(Runnable change) {
    lock.lock();
    try {
      change.run();
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (!closed) {
      try {
        Socket client = listener.accept();
        sockets.add(client); // first, so that either a cut meets it or we see the refusal
        if (refusing) {
          closeQuietly(client);
          sockets.remove(client);
          continue;
        }
        connect(client);
      } catch (IOException e) {
        if (closed) {
          return;
        }
      }
    }
  }

  private void connect(Socket client) {
    Thread.ofVirtual()
        .start(
            () -> {
              try (client;
                  var server = new Socket(target.getAddress(), target.getPort())) {
                sockets.add(server);
                Thread back = Thread.ofVirtual().start(() -> carry(server, client, true));
                carry(client, server, false);
                back.join();
                sockets.remove(server);
              } catch (IOException | InterruptedException e) {
                // The member is down: so is this way to it.
              } finally {
                sockets.remove(client);
              }
            });
  }

  private void carry(Socket from, Socket to, boolean answers) {
    var buffer = new byte[16 * 1024];
    try {
      int read = from.getInputStream().read(buffer);
      while (read >= 0) {
        if (answers) {
          answered.incrementAndGet();
        }
        awaitOpen(answers);
        to.getOutputStream().write(buffer, 0, read);
        read = from.getInputStream().read(buffer);
      }
    } catch (IOException | InterruptedException e) {
      // One side broke: the other does, too.
    } finally {
      closeQuietly(from);
      closeQuietly(to);
    }
  }

  private void awaitOpen(boolean answers) throws InterruptedException {
    lock.lock();
    try {
      while ((frozen || (answers && answersLost)) && !closed) {
        opened.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no more use.
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    setLocked(() -> frozen = false);
    cut();
  }
}
