/** What a member's log lines look like. */
@NullMarked
package dev.keelson.cli.logging;

import org.jspecify.annotations.NullMarked;
