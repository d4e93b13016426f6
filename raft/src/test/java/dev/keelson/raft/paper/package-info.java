/** One test for every rule of the paper and of the sections of the dissertation we build on. */
@NullMarked
package dev.keelson.raft.paper;

import org.jspecify.annotations.NullMarked;
