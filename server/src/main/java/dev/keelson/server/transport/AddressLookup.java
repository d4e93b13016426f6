package dev.keelson.server.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** The addresses of a name. May take long, so never on the event loop. */
@FunctionalInterface
interface AddressLookup {
  /** At least one address. */
  List<InetAddress> lookUp(String host) throws UnknownHostException;

  static AddressLookup ofMachine() {
    return host -> List.of(InetAddress.getAllByName(host));
  }
}
