package dev.keelson.server.space;

import java.io.IOException;

/** The disk under a member's data; of several the fullest. */
public interface DiskSpace {
  /** Its size. */
  long totalBytes() throws IOException;

  /** What this process may still write. */
  long usableBytes() throws IOException;
}
