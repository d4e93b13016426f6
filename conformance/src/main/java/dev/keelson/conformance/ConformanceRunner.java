package dev.keelson.conformance;

import com.google.protobuf.ByteString;
import dev.keelson.conformance.store.CaseFailure;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Runs cases against an environment, each under a prefix of its own, or on an emptied store, or on
 * a member of its own, as it demands. Not thread-safe: one case at a time.
 */
public final class ConformanceRunner implements AutoCloseable {
  private final Environment environment;
  private final String run;
  private final List<Store> members;

  /**
   * @param run names this run: its keys stand under it
   */
  public ConformanceRunner(Environment environment, String run) {
    this.environment = environment;
    this.run = run;
    this.members = environment.endpoints().stream().map(Store::connect).toList();
  }

  public Outcome run(Case one) {
    Optional<String> missing = whatIsMissing(one);
    if (missing.isPresent()) {
      return new Outcome.Skipped(missing.get());
    }
    Outcome outcome;
    try {
      outcome = one.is(Tag.FRESH_MEMBER) ? runOnFreshMember(one) : runHere(one);
    } catch (StatusRuntimeException e) {
      // Before or after the body, where the case's own store is prepared and cleared.
      outcome = judge(e);
    }
    return one.is(Tag.NOT_ON_3_4) && isOldEtcd() ? judgeMark(outcome) : outcome;
  }

  /** Whether the first member is an etcd 3.4, for which the specification marks differences. */
  public boolean isOldEtcd() {
    try {
      return first().status().getVersion().startsWith("3.4.");
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  @Override
  public void close() {
    members.forEach(Store::close);
  }

  private Optional<String> whatIsMissing(Case one) {
    if (one.is(Tag.FRESH_MEMBER) && !environment.startsMembers()) {
      return Optional.of("needs a member of its own");
    }
    if (one.is(Tag.WHOLE_STORE) && !environment.ownStore()) {
      return Optional.of("needs the whole store for itself");
    }
    if (one.is(Tag.CLUSTER) && members.size() < 2) {
      return Optional.of("needs several members");
    }
    if (one.is(Tag.CRASHES_3_4) && isOldEtcd()) {
      return Optional.of("would end an etcd 3.4");
    }
    if (one.is(Tag.RANDOM_ON_3_4) && isOldEtcd()) {
      return Optional.of("not certain on an etcd 3.4");
    }
    return Optional.empty();
  }

  private Outcome runHere(Case one) {
    boolean whole = one.is(Tag.WHOLE_STORE);
    var keys =
        new Keys(
            whole
                ? ByteString.EMPTY
                : ByteString.copyFromUtf8("conformance/" + run + "/" + one.id() + "/"));
    if (whole) {
      first().delete(keys.deleteEverything());
    }
    Outcome outcome = runBody(one, new SharedStage(first(), keys, members));
    first().delete(keys.deleteEverything());
    return outcome;
  }

  private Outcome runOnFreshMember(Case one) {
    try (MemberFactory.LiveMember member = environment.factory().start(one.flags());
        var stage = new OwnMemberStage(member)) {
      return runBody(one, stage);
    }
  }

  private static Outcome runBody(Case one, Stage stage) {
    try {
      one.body().run(stage);
      return new Outcome.Passed();
    } catch (CaseFailure e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    } catch (IndexOutOfBoundsException | NoSuchElementException e) {
      return new Outcome.Failed("the answer has fewer parts than it must: " + e.getMessage());
    } catch (StatusRuntimeException e) {
      return judge(e);
    }
  }

  private static Outcome judge(StatusRuntimeException e) {
    String text = String.valueOf(e.getMessage());
    return e.getStatus().getCode() == Status.Code.UNIMPLEMENTED
        ? new Outcome.Unsupported(text)
        : new Outcome.Failed("unexpected error: " + text);
  }

  /** On 3.4, a case marked as different there has to differ: else the mark is wrong. */
  private static Outcome judgeMark(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Failed(String reason) -> new Outcome.DiffersAsMarked(reason);
      case Outcome.Unsupported(String reason) -> new Outcome.DiffersAsMarked(reason);
      case Outcome.Passed() ->
          new Outcome.Failed("marked as different in etcd 3.4, which behaves the same");
      case Outcome.Skipped skipped -> skipped;
      case Outcome.DiffersAsMarked differs -> differs;
    };
  }

  private Store first() {
    return members.getFirst();
  }

  private record SharedStage(Store store, Keys keys, List<Store> members) implements Stage {
    @Override
    public Store restart() {
      throw new IllegalStateException("a shared member is not restarted");
    }

    @Override
    public Store addLearner() {
      throw new IllegalStateException("a shared cluster is not changed");
    }
  }

  /** A member only this case knows, with the empty prefix. */
  private static final class OwnMemberStage implements Stage, AutoCloseable {
    private final MemberFactory.LiveMember member;
    private final List<Store> connections = new ArrayList<>();
    private Store store;

    OwnMemberStage(MemberFactory.LiveMember member) {
      this.member = member;
      this.store = connect(member.endpoint());
    }

    @Override
    public Store store() {
      return store;
    }

    @Override
    public Keys keys() {
      return new Keys(ByteString.EMPTY);
    }

    @Override
    public List<Store> members() {
      return List.of(store());
    }

    @Override
    public Store restart() {
      member.restart();
      store = connect(member.endpoint());
      return store;
    }

    @Override
    public Store addLearner() {
      return connect(member.addLearner());
    }

    private Store connect(String endpoint) {
      connections.add(Store.connect(endpoint));
      return connections.getLast();
    }

    @Override
    public void close() {
      connections.forEach(Store::close);
    }
  }
}
