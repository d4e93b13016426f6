/** Members with their safety switched off, by an agent that exists in tests only. */
@NullMarked
package dev.keelson.chaos.sabotage;

import org.jspecify.annotations.NullMarked;
