/** Protobuf messages as JSON, in the conventions of etcd's gateway (GW2 to GW6). */
@NullMarked
package dev.keelson.server.json;

import org.jspecify.annotations.NullMarked;
