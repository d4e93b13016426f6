/** The same commands to two servers, and a comparison of what each answered. */
@NullMarked
package dev.keelson.conformance.differential;

import org.jspecify.annotations.NullMarked;
