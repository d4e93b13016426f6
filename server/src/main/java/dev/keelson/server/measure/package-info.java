/** Numbers that the stages keep of themselves, cheap to write and read by whoever wants to know. */
@NullMarked
package dev.keelson.server.measure;

import org.jspecify.annotations.NullMarked;
