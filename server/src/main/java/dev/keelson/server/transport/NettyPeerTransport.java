package dev.keelson.server.transport;

import com.google.protobuf.MessageLite;
import dev.keelson.api.peer.FrameKind;
import dev.keelson.api.peer.LeaseAnswers;
import dev.keelson.api.peer.LeaseQuestions;
import dev.keelson.raft.Message;
import dev.keelson.raft.RandomSource;
import dev.keelson.server.cluster.MemberTable;
import dev.keelson.server.cluster.ServerIdentity;
import dev.keelson.server.time.Clock;
import io.netty.channel.Channel;
import java.io.IOException;
import java.lang.Thread.UncaughtExceptionHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Peers over TCP. To every other member of the table one connection is dialled, for what we send;
 * what they send comes over those they dial. All sockets belong to one event loop, {@code
 * keelson-peer}.
 *
 * <p>Messages to one peer keep their order within two classes: those that carry entries, and the
 * rest, which overtake them. Thread-safe.
 */
public final class NettyPeerTransport implements MemberTransport {
  private static final int IDLE = 0;
  private static final int MESSAGES_WAIT = 1;
  private static final int DRAIN_IS_DUE = 2;

  private static final int CLOSE_WITHIN_SECONDS = 5;

  private final ServerIdentity self;
  private final TransportConfig config;
  private final Supplier<MemberTable> members;
  private final Sockets sockets;
  private final LinkParts parts;
  private final Acceptor acceptor;
  private final ExecutorService readThread;
  private final ExecutorService diskThread;
  private final Shipments shipments;
  private final Map<Long, PeerCounters> counters = new ConcurrentHashMap<>();

  /** By id; those whom the table will name once we have caught up. Event loop only. */
  private final Map<Long, Newcomer> newcomers = new TreeMap<>();

  /** Event loop only: nobody is dialled any more. */
  private boolean closed;

  private final AtomicInteger wake = new AtomicInteger(IDLE);
  private final List<Channel> listening = new CopyOnWriteArrayList<>();
  private volatile PeerListener listener = Nobody.LISTENS;
  private volatile List<InetSocketAddress> boundAddresses = List.of();

  /** Replaced by the event loop, never changed. */
  private volatile PeerLink[] links = {};

  /**
   * A transport that does nothing before {@link #start}.
   *
   * @param members asked often and on the event loop: must not block
   * @param bugs hears what no thread of the transport should ever throw (OV-oom)
   */
  public NettyPeerTransport(
      ServerIdentity self,
      TransportConfig config,
      Supplier<MemberTable> members,
      Clock clock,
      RandomSource random,
      UncaughtExceptionHandler bugs) {
    this(self, config, members, clock, random, bugs, AddressLookup.ofMachine());
  }

  NettyPeerTransport(
      ServerIdentity self,
      TransportConfig config,
      Supplier<MemberTable> members,
      Clock clock,
      RandomSource random,
      UncaughtExceptionHandler bugs,
      AddressLookup lookup) {
    this.self = self;
    this.config = config;
    this.members = members;
    this.readThread = threadNamed("keelson-snapshot-read", bugs);
    this.diskThread = threadNamed("keelson-snapshot", bugs);
    this.sockets = new Sockets(LinkSecurity.PLAIN, bugs);
    this.parts =
        new LinkParts(
            self,
            config,
            new Handshake(self, config.serverVersion()),
            new Dialler(sockets, lookup, config.timing()),
            sockets.loop(),
            members,
            new Forward(),
            new LogLimiter(clock),
            clock,
            random);
    this.acceptor = new Acceptor(parts, this::countersOf, this::heardFrom, this::welcome);
    this.shipments = new Shipments(parts, readThread);
  }

  /**
   * Listens, and dials every other member until it answers. Once.
   *
   * @param sink takes the snapshots that peers ship to us
   * @throws IOException if a listen URL cannot be bound; the transport is closed then
   */
  public void start(PeerListener peerListener, SnapshotSink sink) throws IOException {
    listener = peerListener;
    var receiver = new SnapshotReceiver(parts, sink, diskThread);
    var bound = new ArrayList<InetSocketAddress>();
    try {
      for (String url : config.listenUrls()) {
        bound.add(bind(url, receiver));
      }
    } catch (IOException e) {
      close();
      throw e;
    }
    boundAddresses = List.copyOf(bound);
    long tickMillis = config.timing().tick().toMillis();
    Runnable tick = LinkParts.loudly(this::tick);
    var _ = sockets.loop().scheduleWithFixedDelay(tick, 0, tickMillis, TimeUnit.MILLISECONDS);
  }

  private InetSocketAddress bind(String text, SnapshotReceiver receiver) throws IOException {
    var url =
        PeerUrl.parse(text)
            .orElseThrow(() -> new IOException("listen URL " + text + " is not http://host:port"));
    var address = new InetSocketAddress(url.host(), url.port());
    if (address.isUnresolved()) {
      throw new IOException("cannot listen on " + text + ": no address for " + url.host());
    }
    var bound =
        sockets
            .acceptor(_ -> new InboundPeer(parts, acceptor, receiver))
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on " + text + ": " + bound.cause().getMessage(), bound.cause());
    }
    listening.add(bound.channel());
    return localAddress(bound.channel());
  }

  /** Where peers reach us, in the order of the listen URLs; empty before the start. */
  public List<InetSocketAddress> boundAddresses() {
    return boundAddresses;
  }

  /** Runs something on the event loop; false once this is closed. */
  public boolean onEventLoop(Runnable task) {
    return parts.onLoop(task);
  }

  /** {@inheritDoc} Without this it is noticed at the next tick. */
  @Override
  public void membersChanged() {
    parts.onLoop(this::followMembers);
  }

  @Override
  public boolean isConnected(long peer, Duration atLeast) {
    for (PeerLink link : links) {
      if (link.peer() == peer) {
        return link.readyNanos() >= atLeast.toNanos();
      }
    }
    return false;
  }

  /** What passed between us and each other member, by ascending unsigned id. */
  public List<PeerStats> stats() {
    return Arrays.stream(links).map(PeerLink::stats).toList();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Over a connection of its own, again and again from where the last attempt came to, until it
   * is delivered or too many attempts in a row brought nothing. One at a time for a peer, two in
   * all; more wait. The receiver's core hears {@link Message.SnapshotArrived}.
   *
   * @param term the leader's, for that message
   */
  @Override
  public void shipSnapshot(
      long peer, long term, SnapshotSource source, ShipmentListener shipmentListener) {
    var order = new Shipment.Order(peer, term, source, source.fileSizes(), shipmentListener);
    if (!parts.onLoop(() -> ship(order))) {
      refuse(order);
    }
  }

  /** Gives a shipment up: its listener hears that it failed. */
  public void cancelShipment(long peer) {
    parts.onLoop(() -> shipments.cancel(peer, "cancelled"));
  }

  @Override
  public void send(Message message) {
    for (PeerLink link : links) {
      if (link.peer() == message.to()) {
        link.offer(message);
        if (wake.get() == IDLE) {
          wake.compareAndSet(IDLE, MESSAGES_WAIT);
        }
        return;
      }
    }
  }

  @Override
  public void send(long peer, LeaseQuestions questions) {
    parts.onLoop(() -> send(peer, FrameKind.LEASE_QUESTIONS, questions));
  }

  @Override
  public void send(long peer, LeaseAnswers answers) {
    parts.onLoop(() -> send(peer, FrameKind.LEASE_ANSWERS, answers));
  }

  private void send(long peer, FrameKind kind, MessageLite body) {
    for (PeerLink link : links) {
      if (link.peer() == peer) {
        link.send(kind, body);
      }
    }
  }

  @Override
  public void flush() {
    // One task for all that was sent since the last one; none if nothing was.
    if (wake.get() == MESSAGES_WAIT && wake.compareAndSet(MESSAGES_WAIT, DRAIN_IS_DUE)) {
      parts.onLoop(this::drain);
    }
  }

  @Override
  public void close() {
    parts.onLoop(this::closeConnections);
    // The loop may end without closing what it listens on, if it is asked to at an unlucky moment.
    listening.forEach(channel -> channel.close().awaitUninterruptibly());
    sockets.close();
    stop(readThread);
    stop(diskThread);
  }

  // ---- The event loop ---------------------------------------------------------------------------

  private void drain() {
    wake.set(IDLE); // before the queues are looked at: what comes later wakes us again
    for (PeerLink link : links) {
      link.drain();
    }
  }

  private void tick() {
    followMembers();
    for (PeerLink link : links) {
      link.tick();
    }
    acceptor.tick();
    shipments.tick();
  }

  private void ship(Shipment.Order order) {
    if (closed) {
      refuse(order);
    } else {
      shipments.ship(order);
    }
  }

  private static void refuse(Shipment.Order order) {
    order.source().close();
    order.listener().failed("this member stops");
  }

  private void followMembers() {
    if (closed) {
      return; // a tick that was due, before the loop ends
    }
    var table = members.get();
    newcomers
        .values()
        .removeIf(peer -> peer.version() <= table.version() || table.isRemoved(peer.id()));
    var next =
        Stream.concat(
                table.members().stream()
                    .filter(member -> member.id() != self.memberId())
                    .map(member -> linkTo(member.id(), member.peerUrls())),
                newcomers.values().stream()
                    .filter(peer -> table.find(peer.id()).isEmpty())
                    .map(peer -> linkTo(peer.id(), peer.peerUrls())))
            .toArray(PeerLink[]::new);
    var before = links;
    links = next;
    for (PeerLink link : before) {
      if (!Arrays.asList(next).contains(link)) {
        link.close();
        acceptor.dismiss(link.peer());
        shipments.cancel(link.peer(), "no longer a member");
        counters.remove(link.peer());
      }
    }
    for (PeerLink link : next) {
      if (!Arrays.asList(before).contains(link)) {
        link.open();
      }
    }
  }

  private PeerLink linkTo(long peer, List<String> urls) {
    for (PeerLink link : links) {
      if (link.peer() == peer) {
        link.moveTo(urls);
        return link;
      }
    }
    return new PeerLink(peer, urls, parts, countersOf(peer));
  }

  private void welcome(Newcomer newcomer) {
    newcomers.put(newcomer.id(), newcomer);
    followMembers();
  }

  private void heardFrom(long peer) {
    for (PeerLink link : links) {
      if (link.peer() == peer) {
        link.hurry();
      }
    }
  }

  private void closeConnections() {
    closed = true;
    var open = links;
    links = new PeerLink[0];
    for (PeerLink link : open) {
      link.close();
    }
    acceptor.close();
    shipments.close();
  }

  private PeerCounters countersOf(long peer) {
    return counters.computeIfAbsent(peer, _ -> new PeerCounters());
  }

  /** Nothing is read from or written to a snapshot after this, unless the disk hangs. */
  private static void stop(ExecutorService thread) {
    thread.shutdown();
    try {
      thread.awaitTermination(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Its thread starts with the first task. */
  private static ExecutorService threadNamed(String name, UncaughtExceptionHandler bugs) {
    return Executors.newSingleThreadExecutor(
        task ->
            Thread.ofPlatform().daemon().name(name).uncaughtExceptionHandler(bugs).unstarted(task));
  }

  private static InetSocketAddress localAddress(Channel channel) {
    return (InetSocketAddress) channel.localAddress();
  }

  /** The listener of the moment: it is known only at the start. */
  private final class Forward implements PeerListener {
    @Override
    public void onMessage(Message message) {
      listener.onMessage(message);
    }

    @Override
    public void onLeaseQuestions(long peer, LeaseQuestions questions) {
      listener.onLeaseQuestions(peer, questions);
    }

    @Override
    public void onLeaseAnswers(long peer, LeaseAnswers answers) {
      listener.onLeaseAnswers(peer, answers);
    }

    @Override
    public void onConnected(long peer) {
      listener.onConnected(peer);
    }

    @Override
    public void onDisconnected(long peer) {
      listener.onDisconnected(peer);
    }

    @Override
    public void onOverflow(long peer) {
      listener.onOverflow(peer);
    }

    @Override
    public void onExpelled(long peer, boolean replaced, String detail) {
      listener.onExpelled(peer, replaced, detail);
    }
  }
}
