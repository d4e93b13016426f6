/** One class per gRPC service: it translates, checks and hands over, and decides nothing. */
@NullMarked
package dev.keelson.server.rpc;

import org.jspecify.annotations.NullMarked;
