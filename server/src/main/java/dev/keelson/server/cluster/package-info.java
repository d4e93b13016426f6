/** Who the members are: ids, names, addresses, and how a cluster is born. */
@NullMarked
package dev.keelson.server.cluster;

import org.jspecify.annotations.NullMarked;
