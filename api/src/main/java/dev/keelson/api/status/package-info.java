/** Every status that the wire knows: gRPC code and exact text. No behaviour. */
@NullMarked
package dev.keelson.api.status;

import org.jspecify.annotations.NullMarked;
