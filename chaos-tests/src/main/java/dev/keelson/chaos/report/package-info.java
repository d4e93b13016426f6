/** What a person looks at after a run: pages without anything from elsewhere. */
@NullMarked
package dev.keelson.chaos.report;

import org.jspecify.annotations.NullMarked;
