/** What a case has in its hands: a store behind an endpoint, keys of its own, and expectations. */
@NullMarked
package dev.keelson.conformance.store;

import org.jspecify.annotations.NullMarked;
