package dev.keelson.client;

import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.RequestOp;
import dev.keelson.api.etcdserverpb.ResponseOp;

/** Deletes keys, all in one revision. Each method gives a changed copy. */
public final class Delete extends Op<DeleteResult> {
  private final DeleteRangeRequest request;

  private Delete(DeleteRangeRequest request) {
    this.request = request;
  }

  public static Delete range(KeyRange range) {
    return new Delete(
        DeleteRangeRequest.newBuilder()
            .setKey(Namespace.first(range))
            .setRangeEnd(Namespace.end(range))
            .build());
  }

  public static Delete key(Bytes key) {
    return range(KeyRange.single(key));
  }

  public static Delete key(String key) {
    return range(KeyRange.single(key));
  }

  public static Delete prefix(String prefix) {
    return range(KeyRange.prefix(prefix));
  }

  /** Answers what was deleted, too. */
  public Delete withPrevious() {
    return new Delete(request.toBuilder().setPrevKv(true).build());
  }

  DeleteRangeRequest message(Namespace namespace) {
    return namespace.outward(request);
  }

  static DeleteResult result(DeleteRangeResponse response, Namespace namespace) {
    return new DeleteResult(
        response.getHeader().getRevision(),
        response.getDeleted(),
        response.getPrevKvsList().stream().map(namespace::inward).toList());
  }

  @Override
  RequestOp request(Namespace namespace) {
    return RequestOp.newBuilder().setRequestDeleteRange(message(namespace)).build();
  }

  @Override
  DeleteResult result(ResponseOp response, Namespace namespace) {
    return result(response.getResponseDeleteRange(), namespace);
  }

  @Override
  boolean isRead() {
    return false;
  }
}
