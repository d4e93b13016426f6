/** The cases, one method each, grouped as in section 11 of the data plane's specification. */
@NullMarked
package dev.keelson.conformance.cases;

import org.jspecify.annotations.NullMarked;
