package dev.keelson.chaos.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * A proxy before every member's peer port. What it takes from one member for another it hands on,
 * hands on late or bit by bit, or swallows: then the connection stays open on both sides, as behind
 * a switch that drops packets. Each direction of each connection has a thread that only copies.
 */
final class PeerProxies implements Links, AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int LITTLE_BYTES = 1 << 12;
  private static final long CUT = -1;

  private final int members;
  private final SocketOwners owners;
  // At from * members + to: nanoseconds of delay, or CUT.
  private final AtomicLongArray links;
  // At the same place: bytes a second, or 0 for all that come.
  private final AtomicIntegerArray widths;
  private final AtomicLong swallowed = new AtomicLong();
  private final AtomicLong delayed = new AtomicLong();
  private final List<ServerSocket> listeners = new ArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  PeerProxies(int members, SocketOwners owners) {
    this.members = members;
    this.owners = owners;
    links = new AtomicLongArray(members * members);
    widths = new AtomicIntegerArray(members * members);
  }

  /**
   * Takes the connections of a member's peers, which go on to its own port.
   *
   * @param listener where peers are told to find the member; ours from now on
   */
  void serve(int member, ServerSocket listener, int port) {
    listeners.add(listener);
    Thread.ofVirtual().name("proxy-" + member).start(() -> accept(listener, member, port));
  }

  private void accept(ServerSocket listener, int member, int port) {
    int advertised = listener.getLocalPort();
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        Thread.ofPlatform().daemon().start(() -> join(socket, member, advertised, port));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void join(Socket peer, int to, int advertised, int port) {
    try {
      OptionalInt from = owners.ownerOf(peer.getPort(), advertised);
      if (from.isEmpty()) {
        // It ended meanwhile, or it is none of ours.
        peer.close();
        return;
      }
      int source = from.getAsInt();
      var member = new Socket();
      open.add(peer);
      open.add(member);
      member.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      peer.setTcpNoDelay(true);
      member.setTcpNoDelay(true);
      Thread.ofPlatform().daemon().start(() -> copy(peer, member, source, to));
      copy(member, peer, to, source);
    } catch (IOException e) {
      close(peer);
    }
  }

  private void copy(Socket source, Socket sink, int from, int to) {
    var buffer = new byte[BUFFER_BYTES];
    try (InputStream in = source.getInputStream();
        OutputStream out = sink.getOutputStream()) {
      boolean lost = false;
      while (true) {
        // Of a narrow link little at once: what is healed meanwhile does not wait long.
        boolean narrow = widths.get(from * members + to) > 0;
        int read = in.read(buffer, 0, narrow ? LITTLE_BYTES : BUFFER_BYTES);
        if (read < 0) {
          return;
        }
        long link = links.get(from * members + to);
        if (link > 0) {
          delayed.addAndGet(read);
          LockSupport.parkNanos(link);
          link = links.get(from * members + to);
        }
        int width = widths.get(from * members + to);
        if (width > 0) {
          delayed.addAndGet(read);
          LockSupport.parkNanos(read * 1_000_000_000L / width);
          link = links.get(from * members + to);
        }
        if (link == CUT) {
          lost = true;
          swallowed.addAndGet(read);
        } else if (lost) {
          // A stream with a hole is no stream: as after a long cut, both sides start again.
          return;
        } else {
          out.write(buffer, 0, read);
        }
      }
    } catch (IOException e) {
      // One of them ended it, which ends it for the other too.
      return;
    } finally {
      close(source);
      close(sink);
    }
  }

  private void close(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void cut(int from, int to) {
    links.set(from * members + to, CUT);
  }

  @Override
  public void disconnect(int member) {
    for (int other = 0; other < members; other++) {
      if (other != member) {
        cut(member, other);
        cut(other, member);
      }
    }
  }

  @Override
  public void delay(int from, int to, Duration by) {
    links.set(from * members + to, by.toNanos());
  }

  @Override
  public void throttle(int from, int to, int bytesPerSecond) {
    widths.set(from * members + to, bytesPerSecond);
  }

  @Override
  public void heal() {
    for (int link = 0; link < links.length(); link++) {
      links.set(link, 0);
      widths.set(link, 0);
    }
  }

  @Override
  public long swallowedBytes() {
    return swallowed.get();
  }

  @Override
  public long delayedBytes() {
    return delayed.get();
  }

  @Override
  public void close() {
    for (ServerSocket listener : listeners) {
      try {
        listener.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    List.copyOf(open).forEach(this::close);
  }
}
