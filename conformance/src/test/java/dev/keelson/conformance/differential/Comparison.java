package dev.keelson.conformance.differential;

import com.google.protobuf.Message;
import dev.keelson.api.etcdserverpb.CompactionResponse;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.LeaseRevokeResponse;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.conformance.store.Store;
import java.util.Optional;

/**
 * Sends one seed's commands to two servers, each command to both at the same time and the next when
 * both have answered, and stops at the first answer or event that differs. The two stores must be
 * its alone, and equal when it begins.
 */
final class Comparison implements AutoCloseable {
  private static final int MOST_WATCHERS = 6;
  private static final int SETTLED_EACH = 200;

  /** The commands compared, those refused by both, and the first difference. */
  record Verdict(int commands, int refused, Optional<String> difference) {}

  private final Side reference;
  private final Side subject;
  private final Watchers watchers;
  private long revision;
  private long floor;
  private int refused;

  Comparison(Store reference, Store subject) {
    this.reference = new Side(reference);
    this.subject = new Side(subject);
    this.watchers = new Watchers(this.reference.watch(), this.subject.watch());
  }

  Verdict run(long seed, int commands) {
    var random = new RandomCommands(seed);
    revision = reference.store().revision();
    Optional<String> difference = watchers.begin(revision);
    int sent = 0;
    while (difference.isEmpty() && sent < commands) {
      difference = compare(random.next(revision, floor));
      sent++;
      if (difference.isEmpty() && sent % SETTLED_EACH == 0) {
        difference = watchers.settle(revision);
      }
    }
    if (difference.isEmpty()) {
      difference = watchers.end(revision);
    }
    return new Verdict(sent, refused, difference);
  }

  @Override
  public void close() {
    reference.close();
    subject.close();
  }

  private Optional<String> compare(Command command) {
    return switch (command) {
      case Command.Compact compact -> {
        // What a watcher is told of the past depends on what the compaction left of it.
        Optional<String> behind = watchers.settle(revision);
        yield behind.isPresent() ? behind : compareAnswers(compact);
      }
      case Command.Hash _ when KnownDifferences.hashIsUncertain(reference.store()) ->
          Optional.empty();
      case Command.Unary unary -> compareAnswers(unary);
      case Command.KeepAlive(long lease) -> {
        reference.keepAlive().send(lease);
        subject.keepAlive().send(lease);
        yield difference(
            command, reference.keepAlive().answer(lease), subject.keepAlive().answer(lease));
      }
      case Command.Watch(var request) ->
          watchers.size() < MOST_WATCHERS
              ? watch(request)
              : watchers.cancel(request.hashCode() & 7, revision);
      case Command.CancelWatch(int place) -> watchers.cancel(place, revision);
    };
  }

  private Optional<String> watch(WatchCreateRequest request) {
    long start = request.getStartRevision();
    if (start < Math.max(floor, 1) || start > revision) {
      return watchers.create(request, revision, floor);
    }
    Optional<String> behind = watchers.settle(revision);
    return behind.isPresent()
        ? behind
        : watchers.create(watchers.seen(request, revision), revision, floor);
  }

  private Optional<String> compareAnswers(Command.Unary command) {
    var asked = reference.ask(command);
    var askedToo = subject.ask(command);
    Object expected = Side.answer(asked);
    Object actual = Side.answer(askedToo);
    refused += expected instanceof String ? 1 : 0;
    if (expected instanceof Message message) {
      revision = Math.max(revision, headerOf(message).getRevision());
    }
    if (command instanceof Command.Compact(var request) && expected instanceof CompactionResponse) {
      floor = request.getRevision();
      watchers.compacted(floor);
    }
    return difference(
        command,
        KnownDifferences.essence(command, expected),
        KnownDifferences.essence(command, actual));
  }

  /** The header of an answer to what may have changed the store. */
  private static ResponseHeader headerOf(Message answer) {
    return switch (answer) {
      case PutResponse r -> r.getHeader();
      case DeleteRangeResponse r -> r.getHeader();
      case TxnResponse r -> r.getHeader();
      case LeaseRevokeResponse r -> r.getHeader();
      default -> ResponseHeader.getDefaultInstance();
    };
  }

  private static Optional<String> difference(Object what, Object expected, Object actual) {
    return expected.equals(actual)
        ? Optional.empty()
        : Optional.of(what + "\n--- reference:\n" + expected + "\n--- subject:\n" + actual);
  }
}
