/** What tests of services that use the store need: a cluster of their own, and faults for it. */
@NullMarked
package dev.keelson.testkit;

import org.jspecify.annotations.NullMarked;
