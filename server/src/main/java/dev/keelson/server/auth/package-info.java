/**
 * Who may do what (operations-plane.md section 1): users, roles and permissions as one immutable
 * value that the log changes, and the tokens by which a client says who it is. Nothing here knows
 * of calls; what decides is pure, and time and chance are handed in.
 */
@NullMarked
package dev.keelson.server.auth;

import org.jspecify.annotations.NullMarked;
