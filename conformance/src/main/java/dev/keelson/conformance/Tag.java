package dev.keelson.conformance;

/** What a case needs, and where it does not hold. */
public enum Tag {
  /** Reads or deletes keys outside its own prefix, or compacts: the store must be its alone. */
  WHOLE_STORE,
  /** Runs on a member of its own, on whose store nothing was ever written. */
  FRESH_MEMBER,
  /** Runs over several members of one cluster. */
  CLUSTER,
  /** Waits for clocks most of its time: may run beside others, on a member of its own. */
  SLOW,
  /** Etcd 3.4 behaves differently, as the specification marks. */
  NOT_ON_3_4,
  /** Etcd 3.4 answers now so, now otherwise, as races go: not judged there. */
  RANDOM_ON_3_4,
  /** Ends an etcd 3.4 process: never sent there. */
  CRASHES_3_4
}
