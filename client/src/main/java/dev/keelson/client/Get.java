package dev.keelson.client;

import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.api.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.ResponseOp;

/**
 * Reads keys: linearizable and at the latest revision unless told otherwise. Each method gives a
 * changed copy.
 */
public final class Get extends Op<GetResult> {
  /** By what keys can be ordered. */
  public enum Order {
    KEY(SortTarget.KEY),
    VERSION(SortTarget.VERSION),
    CREATE_REVISION(SortTarget.CREATE),
    MOD_REVISION(SortTarget.MOD),
    VALUE(SortTarget.VALUE);

    private final SortTarget target;

    Order(SortTarget target) {
      this.target = target;
    }
  }

  private final RangeRequest request;

  private Get(RangeRequest request) {
    this.request = request;
  }

  public static Get range(KeyRange range) {
    return new Get(
        RangeRequest.newBuilder()
            .setKey(Namespace.first(range))
            .setRangeEnd(Namespace.end(range))
            .build());
  }

  public static Get key(Bytes key) {
    return range(KeyRange.single(key));
  }

  public static Get key(String key) {
    return range(KeyRange.single(key));
  }

  public static Get prefix(String prefix) {
    return range(KeyRange.prefix(prefix));
  }

  /** Only the first so many; {@link GetResult#more()} tells whether there were others. */
  public Get limit(long count) {
    if (count < 1) {
      throw new IllegalArgumentException("limit " + count);
    }
    return new Get(request.toBuilder().setLimit(count).build());
  }

  /** As it was at this revision; {@link CompactedException} when that is no longer known. */
  public Get atRevision(long revision) {
    if (revision < 1) {
      throw new IllegalArgumentException("revision " + revision);
    }
    return new Get(request.toBuilder().setRevision(revision).build());
  }

  public Get ascendingBy(Order order) {
    return new Get(
        request.toBuilder().setSortOrder(SortOrder.ASCEND).setSortTarget(order.target).build());
  }

  public Get descendingBy(Order order) {
    return new Get(
        request.toBuilder().setSortOrder(SortOrder.DESCEND).setSortTarget(order.target).build());
  }

  /** From the one member's own state: works without a leader, may be stale, never torn. */
  public Get serializable() {
    return new Get(request.toBuilder().setSerializable(true).build());
  }

  /** Without the values. */
  public Get keysOnly() {
    return new Get(request.toBuilder().setKeysOnly(true).build());
  }

  /** Without keys and values: only {@link GetResult#count()}. */
  public Get countOnly() {
    return new Get(request.toBuilder().setCountOnly(true).build());
  }

  /** Only keys whose last change is at this revision or later. */
  public Get modifiedSince(long revision) {
    return new Get(request.toBuilder().setMinModRevision(revision).build());
  }

  /** Only keys that were created at this revision or earlier. */
  public Get createdUntil(long revision) {
    return new Get(request.toBuilder().setMaxCreateRevision(revision).build());
  }

  KeyRange range() {
    return Namespace.rangeOf(request.getKey(), request.getRangeEnd());
  }

  Get withRange(KeyRange range) {
    return new Get(
        request.toBuilder()
            .setKey(Namespace.first(range))
            .setRangeEnd(Namespace.end(range))
            .build());
  }

  boolean isSerializable() {
    return request.getSerializable();
  }

  /** Whether it is answered in key order and without filters, so that it can go on after a key. */
  boolean isPageable() {
    return request.getSortTarget() == SortTarget.KEY
        && request.getSortOrder() != SortOrder.DESCEND
        && request.getMinModRevision() == 0
        && request.getMaxCreateRevision() == 0
        && !request.getCountOnly();
  }

  Get linearizable() {
    return new Get(request.toBuilder().setSerializable(false).build());
  }

  /** 0 for the latest. */
  long revision() {
    return request.getRevision();
  }

  /** 0 for none. */
  long limit() {
    return request.getLimit();
  }

  RangeRequest message(Namespace namespace) {
    return namespace.outward(request);
  }

  static GetResult result(RangeResponse response, Namespace namespace) {
    return new GetResult(
        response.getHeader().getRevision(),
        response.getKvsList().stream().map(namespace::inward).toList(),
        response.getMore(),
        response.getCount());
  }

  @Override
  RequestOp request(Namespace namespace) {
    return RequestOp.newBuilder().setRequestRange(message(namespace)).build();
  }

  @Override
  GetResult result(ResponseOp response, Namespace namespace) {
    return result(response.getResponseRange(), namespace);
  }

  @Override
  boolean isRead() {
    return true;
  }
}
