package dev.keelson.bench;

import com.google.protobuf.Message;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrantResponse;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.etcdserverpb.WatchGrpc;
import dev.keelson.api.etcdserverpb.WatchRequest;
import dev.keelson.api.etcdserverpb.WatchResponse;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;

/** A method under load, over one message type so that one listener serves all methods. */
record Call(boolean isRead, MethodDescriptor<Message, Message> method) {
  static final Call PUT =
      of(
          false,
          KVGrpc.getPutMethod(),
          PutRequest.getDefaultInstance(),
          PutResponse.getDefaultInstance());

  static final Call RANGE =
      of(
          true,
          KVGrpc.getRangeMethod(),
          RangeRequest.getDefaultInstance(),
          RangeResponse.getDefaultInstance());

  static final Call TXN =
      of(
          false,
          KVGrpc.getTxnMethod(),
          TxnRequest.getDefaultInstance(),
          TxnResponse.getDefaultInstance());

  static final Call LEASE_GRANT =
      of(
          false,
          LeaseGrpc.getLeaseGrantMethod(),
          LeaseGrantRequest.getDefaultInstance(),
          LeaseGrantResponse.getDefaultInstance());

  static final Call LEASE_KEEPALIVE =
      of(
          false,
          LeaseGrpc.getLeaseKeepAliveMethod(),
          LeaseKeepAliveRequest.getDefaultInstance(),
          LeaseKeepAliveResponse.getDefaultInstance());

  /** What is received on it is an event, and counts as a read. */
  static final Call WATCH =
      of(
          true,
          WatchGrpc.getWatchMethod(),
          WatchRequest.getDefaultInstance(),
          WatchResponse.getDefaultInstance());

  private static Call of(
      boolean isRead, MethodDescriptor<?, ?> method, Message request, Message response) {
    return new Call(
        isRead,
        method.toBuilder(ProtoUtils.marshaller(request), ProtoUtils.marshaller(response)).build());
  }
}
