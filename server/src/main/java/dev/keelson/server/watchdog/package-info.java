/** Notices those who are alive and get nowhere: workers, and the threads of the sockets. */
@NullMarked
package dev.keelson.server.watchdog;

import org.jspecify.annotations.NullMarked;
