/** Members as processes of the operating system: started, killed, paused and cleared away. */
@NullMarked
package dev.keelson.conformance.process;

import org.jspecify.annotations.NullMarked;
