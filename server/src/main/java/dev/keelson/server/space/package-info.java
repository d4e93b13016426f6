/** How much a member may store: the quota, and the disk under it. */
@NullMarked
package dev.keelson.server.space;

import org.jspecify.annotations.NullMarked;
