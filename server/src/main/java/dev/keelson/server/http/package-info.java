/** Health and version over HTTP/1.1, on the client port. */
@NullMarked
package dev.keelson.server.http;

import org.jspecify.annotations.NullMarked;
