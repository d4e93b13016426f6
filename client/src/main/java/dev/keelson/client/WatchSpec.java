package dev.keelson.client;

import dev.keelson.api.etcdserverpb.WatchCreateRequest;
import dev.keelson.api.etcdserverpb.WatchCreateRequest.FilterType;

/** What is watched, from when, and how. Each method gives a changed copy. */
public final class WatchSpec {
  private static final long BUFFER_BYTES = 4L << 20;

  private final KeyRange range;
  private final WatchCreateRequest request;
  private final long bufferBytes;

  private WatchSpec(KeyRange range, WatchCreateRequest request, long bufferBytes) {
    this.range = range;
    this.request = request;
    this.bufferBytes = bufferBytes;
  }

  /** Every change that is made after the watch was asked for. */
  public static WatchSpec of(KeyRange range) {
    var request = WatchCreateRequest.newBuilder().setFragment(true).setProgressNotify(true).build();
    return new WatchSpec(range, request, BUFFER_BYTES);
  }

  public static WatchSpec key(String key) {
    return of(KeyRange.single(key));
  }

  public static WatchSpec prefix(String prefix) {
    return of(KeyRange.prefix(prefix));
  }

  /** Every change at this revision or later, past ones too. */
  public WatchSpec fromRevision(long revision) {
    if (revision < 1) {
      throw new IllegalArgumentException("revision " + revision);
    }
    return with(request.toBuilder().setStartRevision(revision));
  }

  /** Tells what keys were before, too. */
  public WatchSpec withPrevious() {
    return with(request.toBuilder().setPrevKv(true));
  }

  public WatchSpec withoutPuts() {
    return with(request.toBuilder().addFilters(FilterType.NOPUT));
  }

  public WatchSpec withoutDeletes() {
    return with(request.toBuilder().addFilters(FilterType.NODELETE));
  }

  /**
   * How much may wait for a slow subscriber; by default 4 MiB. What comes beyond it is left at the
   * server and asked for again when there is room. The changes of one revision, or of one message
   * of the server, are not divided and may exceed it.
   */
  public WatchSpec bufferBytes(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("buffer of " + bytes + " bytes");
    }
    return new WatchSpec(range, request, bytes);
  }

  KeyRange range() {
    return range;
  }

  /** 0 when it begins with what comes after the watch was asked for. */
  long startRevision() {
    return request.getStartRevision();
  }

  long bufferBytes() {
    return bufferBytes;
  }

  WatchCreateRequest message(Namespace namespace, long startRevision) {
    KeyRange outward = namespace.outward(range);
    return request.toBuilder()
        .setKey(Namespace.first(outward))
        .setRangeEnd(Namespace.end(outward))
        .setStartRevision(startRevision)
        .build();
  }

  private WatchSpec with(WatchCreateRequest.Builder changed) {
    return new WatchSpec(range, changed.build(), bufferBytes);
  }
}
