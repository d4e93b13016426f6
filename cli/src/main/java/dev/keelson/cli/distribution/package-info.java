/** What the build runs to finish the distribution; no command of a user leads here. */
@NullMarked
package dev.keelson.cli.distribution;

import org.jspecify.annotations.NullMarked;
