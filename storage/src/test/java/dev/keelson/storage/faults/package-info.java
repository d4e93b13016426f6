/**
 * All that a member has on its disk, put together as the server does it, over a disk that fails:
 * reliability.md section 4, and the mutants of section 2.7 that live in it.
 */
@NullMarked
package dev.keelson.storage.faults;

import org.jspecify.annotations.NullMarked;
