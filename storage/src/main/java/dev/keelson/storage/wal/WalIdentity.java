package dev.keelson.storage.wal;

/** Whose log this is. It stands in every segment and salts every record. */
public record WalIdentity(long clusterId, long memberId) {
  @Override
  public String toString() {
    return String.format("cluster %016x member %016x", clusterId, memberId);
  }
}
