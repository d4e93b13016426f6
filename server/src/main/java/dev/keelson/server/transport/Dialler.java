package dev.keelson.server.transport;

import dev.keelson.server.transport.TransportConfig.Timing;
import io.netty.channel.ChannelFuture;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Opens connections to a member: its URLs in turn, and of each name its addresses in turn. Belongs
 * to the event loop, but for the looking up of names, which may take as long as it likes.
 */
final class Dialler {
  private final Sockets sockets;
  private final AddressLookup lookup;
  private final Timing timing;

  Dialler(Sockets sockets, AddressLookup lookup, Timing timing) {
    this.sockets = sockets;
    this.lookup = lookup;
    this.timing = timing;
  }

  /**
   * Dials once.
   *
   * @param attempt counts up; chooses the URL and the address
   * @param handler gets the connection, if there is one
   * @param failed gets the reason, if there is none
   */
  void dial(List<String> urls, int attempt, FrameHandler handler, Consumer<String> failed) {
    if (urls.isEmpty()) {
      failed.accept("the member has no peer URL");
      return;
    }
    String text = urls.get(Math.floorMod(attempt, urls.size()));
    var url = PeerUrl.parse(text);
    if (url.isEmpty()) {
      failed.accept("peer URL " + text + " is not http://host:port");
      return;
    }
    int round = Math.floorDiv(attempt, urls.size());
    var literal = NetUtil.createByteArrayFromIpAddressString(url.get().host());
    if (literal != null) {
      connect(address(literal), url.get().port(), handler, failed);
    } else {
      Thread.ofPlatform()
          .name("keelson-peer-lookup")
          .daemon()
          .start(() -> lookUp(url.get(), round, handler, failed));
    }
  }

  private void lookUp(PeerUrl url, int round, FrameHandler handler, Consumer<String> failed) {
    Runnable next;
    try {
      var addresses = lookup.lookUp(url.host());
      var address = addresses.get(Math.floorMod(round, addresses.size()));
      next = () -> connect(address, url.port(), handler, failed);
    } catch (UnknownHostException e) {
      next = () -> failed.accept("no address for " + url.host());
    }
    try {
      sockets.loop().execute(next);
    } catch (RejectedExecutionException e) {
      // The transport has stopped meanwhile: nobody wants the answer.
    }
  }

  private void connect(
      InetAddress address, int port, FrameHandler handler, Consumer<String> failed) {
    sockets
        .dialler(timing.connectTimeout(), handler)
        .connect(new InetSocketAddress(address, port))
        .addListener(
            (ChannelFuture future) -> {
              if (!future.isSuccess()) {
                failed.accept(String.valueOf(future.cause().getMessage()));
              }
            });
  }

  private static InetAddress address(byte[] literal) {
    try {
      return InetAddress.getByAddress(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address of " + literal.length + " bytes", e);
    }
  }
}
