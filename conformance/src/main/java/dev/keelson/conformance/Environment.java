package dev.keelson.conformance;

import java.util.List;

/**
 * Where the cases run, and what they may do there.
 *
 * @param endpoints the members of one cluster, of which the first is talked to
 * @param ownStore whether the store belongs to the cases: they may delete and compact all of it
 * @param factory members for the cases that need one of their own, or {@link MemberFactory#NONE}
 */
public record Environment(List<String> endpoints, boolean ownStore, MemberFactory factory) {

  public Environment {
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("no endpoint");
    }
  }

  /** Others may use the store meanwhile: nothing outside the cases' own prefix is touched. */
  public static Environment shared(List<String> endpoints) {
    return new Environment(endpoints, false, MemberFactory.NONE);
  }

  public static Environment own(List<String> endpoints) {
    return new Environment(endpoints, true, MemberFactory.NONE);
  }

  public Environment with(MemberFactory members) {
    return new Environment(endpoints, ownStore, members);
  }

  public boolean startsMembers() {
    return !factory.equals(MemberFactory.NONE);
  }
}
