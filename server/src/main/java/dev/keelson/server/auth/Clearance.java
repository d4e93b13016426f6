package dev.keelson.server.auth;

import dev.keelson.api.status.EtcdError;
import dev.keelson.raft.Bytes;
import java.util.List;
import java.util.Optional;

/** What one caller may do with keys. Every answer is why it may not; empty if it may. */
public final class Clearance {
  /** Of callers who are not asked, and of administrators. */
  static final Clearance EVERYTHING = new Clearance(Optional.empty(), Rights.of(true, List.of()));

  private final Optional<EtcdError> refusal;
  private final Rights rights;

  private Clearance(Optional<EtcdError> refusal, Rights rights) {
    this.refusal = refusal;
    this.rights = rights;
  }

  static Clearance nothing(EtcdError why) {
    return new Clearance(Optional.of(why), Rights.of(false, List.of()));
  }

  static Clearance of(Rights rights) {
    return new Clearance(Optional.empty(), rights);
  }

  /** Whether no key at all is out of reach: what belongs to a lease need not be looked up then. */
  public boolean isUnlimited() {
    return refusal.isEmpty() && rights.isRoot();
  }

  public Optional<EtcdError> mayRead(Bytes key, Bytes rangeEnd) {
    return refusal.isPresent() ? refusal : denyUnless(rights.mayRead(key, rangeEnd));
  }

  public Optional<EtcdError> mayWrite(Bytes key, Bytes rangeEnd) {
    return refusal.isPresent() ? refusal : denyUnless(rights.mayWrite(key, rangeEnd));
  }

  /** Each of them; no key at all asks for nothing (section 1.8). */
  public Optional<EtcdError> mayReadAll(Iterable<Bytes> keys) {
    for (var key : keys) {
      var error = mayRead(key, Bytes.EMPTY);
      if (error.isPresent()) {
        return error;
      }
    }
    return Optional.empty();
  }

  /** Each of them; no key at all asks for nothing (section 1.8). */
  public Optional<EtcdError> mayWriteAll(Iterable<Bytes> keys) {
    for (var key : keys) {
      var error = mayWrite(key, Bytes.EMPTY);
      if (error.isPresent()) {
        return error;
      }
    }
    return Optional.empty();
  }

  private static Optional<EtcdError> denyUnless(boolean allowed) {
    return allowed ? Optional.empty() : Optional.of(EtcdError.PERMISSION_DENIED);
  }
}
