/** A whole cluster on this machine: members as processes, watched from one console. */
@NullMarked
package dev.keelson.cli.up;

import org.jspecify.annotations.NullMarked;
