/** The command line: a class a command, thin. What starts often loads little. */
@NullMarked
package dev.keelson.cli;

import org.jspecify.annotations.NullMarked;
