package dev.keelson.server.transport;

/**
 * Stands between a member and its way to the others, and may lose what passes. For members in one
 * JVM, of which some are to be cut off from each other.
 */
public interface PeerFilter {
  /** Lets everything pass. */
  PeerFilter OPEN =
      new PeerFilter() {
        @Override
        public MemberTransport outgoing(long self, MemberTransport transport) {
          return transport;
        }

        @Override
        public PeerListener incoming(long self, PeerListener listener) {
          return listener;
        }
      };

  /** The transport as the member is to see it. */
  MemberTransport outgoing(long self, MemberTransport transport);

  /** The member as its transport is to see it. */
  PeerListener incoming(long self, PeerListener listener);
}
