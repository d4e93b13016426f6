package dev.keelson.conformance;

import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One numbered case of the specification.
 *
 * @param id the number in section 11 of the data plane's specification; where only a part of a case
 *     is meant, the number, a dash and the part's name
 * @param title what must be true, as a sentence
 * @param flags the flags its own member is started with
 */
public record Case(String id, String title, Set<Tag> tags, List<String> flags, Body body) {

  /** Throws {@link dev.keelson.conformance.store.CaseFailure} or a call's status when it fails. */
  @FunctionalInterface
  public interface Body {
    void run(Stage stage);
  }

  /** A body that needs one store and some keys only. */
  @FunctionalInterface
  public interface StoreBody {
    void run(Store store, Keys keys);
  }

  public Case {
    tags = Set.copyOf(tags);
    flags = List.copyOf(flags);
  }

  public static Case of(String id, String title, StoreBody body) {
    return onStage(id, title, stage -> body.run(stage.store(), stage.keys()));
  }

  public static Case onStage(String id, String title, Body body) {
    return new Case(id, title, Set.of(), List.of(), body);
  }

  public Case tagged(Tag... more) {
    Set<Tag> all = EnumSet.noneOf(Tag.class);
    all.addAll(tags);
    all.addAll(List.of(more));
    return new Case(id, title, all, flags, body);
  }

  /** Runs on a member of its own that was started with these flags. */
  public Case withFlags(String... more) {
    var all = new ArrayList<>(flags);
    all.addAll(List.of(more));
    return new Case(id, title, tags, all, body).tagged(Tag.FRESH_MEMBER);
  }

  public boolean is(Tag tag) {
    return tags.contains(tag);
  }

  @Override
  public String toString() {
    return "case " + id + ": " + title;
  }
}
