package dev.keelson.client;

import dev.keelson.api.etcdserverpb.RangeResponse;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A range read in pieces at one revision: the first by Range, which names the revision; the rest by
 * RangeStream where the server has it, page by page where not. For one thread.
 */
final class Scan implements Iterator<KeyValue>, AutoCloseable {
  private static final int PAGE_KEYS = 500;
  private static final int MOST_FAILURES = 10;

  private final Calls calls;
  private final Requests requests;
  private final Get get;
  private final Queue<KeyValue> piece = new ArrayDeque<>();
  private KeyRange rest;
  private long left;
  private long revision;
  private boolean more = true;
  private boolean streams = true;
  private int failures;
  private @Nullable RangeStreamCall stream;

  Scan(Calls calls, Requests requests, Get get) {
    this.calls = calls;
    this.requests = requests;
    this.get = get;
    this.rest = get.range();
    this.left = get.limit() == 0 ? Long.MAX_VALUE : get.limit();
  }

  @Override
  public boolean hasNext() {
    while (piece.isEmpty() && more && left > 0) {
      fetch();
    }
    if (piece.isEmpty()) {
      close();
    }
    return !piece.isEmpty();
  }

  @Override
  public KeyValue next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return piece.remove();
  }

  private void fetch() {
    if (revision == 0) {
      GetResult first = calls.await(requests.get(get.limit(Math.min(left, PAGE_KEYS))));
      revision = get.revision() == 0 ? first.revision() : get.revision();
      take(first.keyValues(), first.more());
    } else if (streams) {
      fetchFromStream();
    } else {
      GetResult page = calls.await(requests.get(pinned().limit(Math.min(left, PAGE_KEYS))));
      take(page.keyValues(), page.more());
    }
  }

  private void fetchFromStream() {
    RangeStreamCall open = stream;
    if (open == null) {
      Get whole = left == Long.MAX_VALUE ? pinned() : pinned().limit(left);
      open = RangeStreamCall.open(calls, whole.message(requests.namespace()), requests.timeout());
      stream = open;
    }
    try {
      var response = open.next();
      if (response.isPresent()) {
        failures = 0;
        take(contents(response.get()), true);
      } else {
        more = false;
      }
    } catch (UnsupportedException e) {
      streams = false;
      close();
    } catch (UnavailableException e) {
      close();
      if (++failures > MOST_FAILURES || Thread.currentThread().isInterrupted()) {
        throw e;
      }
    }
  }

  /** At the first piece's revision, which any member with a leader can answer for. */
  private Get pinned() {
    return get.linearizable().atRevision(revision).withRange(rest);
  }

  private List<KeyValue> contents(RangeResponse response) {
    return response.getKvsList().stream().map(requests.namespace()::inward).toList();
  }

  private void take(List<KeyValue> found, boolean others) {
    piece.addAll(found);
    left -= found.size();
    more = others && !get.range().isSingle();
    if (!found.isEmpty()) {
      rest = rest.after(found.get(found.size() - 1).key());
    }
  }

  @Override
  public void close() {
    RangeStreamCall open = stream;
    stream = null;
    if (open != null) {
      open.close();
    }
  }
}
