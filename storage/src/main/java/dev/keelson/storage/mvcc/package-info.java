/**
 * Every version of every key, in an ordered engine that is flushed behind the log.
 *
 * <p>Four families of the engine hold it:
 *
 * <pre>
 * CHANGES  main, sub                    type, KeyValue as on the wire
 * HISTORY  key, ~main, ~sub             revisions, version, lease, size, checksum; empty: a delete
 * LATEST   key                          main, sub, and the same, of the version visible now
 * META     name                         applied position, R, C, sums; what the server keeps
 * </pre>
 *
 * A value is stored once, in revision order: what is written together lies together, is never
 * rewritten while it lives, and is read as it comes by watch catch-up, HashKV and compaction. The
 * two indexes are small whatever the values are, so that counting, filtering and paging read no
 * value, and LATEST answers with one filtered search whether a key exists.
 */
@NullMarked
package dev.keelson.storage.mvcc;

import org.jspecify.annotations.NullMarked;
