package dev.keelson.server.transport;

/** How a shipment ended: one call, once, on the transport's thread; must not block. */
public interface ShipmentListener {
  /** The receiver has verified the snapshot and will install it. */
  void delivered();

  /** The receiver does not have it, or nobody knows. */
  void failed(String reason);
}
