/**
 * The numbered cases of the API specification, run over the wire against any endpoint that speaks
 * the etcd v3 API.
 */
@NullMarked
package dev.keelson.conformance;

import org.jspecify.annotations.NullMarked;
