package dev.keelson.server.apply;

/** Which leases exist, at this point of the log. */
@FunctionalInterface
public interface LeaseDirectory {
  boolean exists(long leaseId);
}
