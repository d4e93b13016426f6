/** Stories about small groups as text: what was done, and every effect it had. */
@NullMarked
package dev.keelson.raft.transcript;

import org.jspecify.annotations.NullMarked;
