/** Every version of every key, in an ordered engine that is flushed behind the log. */
@NullMarked
package dev.keelson.storage.mvcc;

import org.jspecify.annotations.NullMarked;
