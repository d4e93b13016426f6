/** Work done in rounds by one owner each: by a thread, or by a simulation of one. */
@NullMarked
package dev.keelson.storage.work;

import org.jspecify.annotations.NullMarked;
