/** Peers over Netty: frames, handshake, reconnect, and the shipping of snapshots. */
@NullMarked
package dev.keelson.server.transport;

import org.jspecify.annotations.NullMarked;
