package dev.keelson.conformance.store;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.UncheckedExecutionException;
import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.AuthGrpc;
import dev.keelson.api.etcdserverpb.ClusterGrpc;
import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.CompactionResponse;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.HashKVRequest;
import dev.keelson.api.etcdserverpb.HashKVResponse;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrantResponse;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.api.etcdserverpb.LeaseRevokeResponse;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.keelson.api.etcdserverpb.MaintenanceGrpc;
import dev.keelson.api.etcdserverpb.MemberListRequest;
import dev.keelson.api.etcdserverpb.MemberListResponse;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.RangeStreamResponse;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.StatusRequest;
import dev.keelson.api.etcdserverpb.StatusResponse;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A store behind one endpoint, called over the wire, each call with a deadline. Every answer's
 * header is checked to name the cluster, the member and the term, so that no case has to.
 * Thread-safe.
 */
public final class Store implements AutoCloseable {
  private static final long CALL_SECONDS = 30;

  /** A txn of 128 levels has about 256 levels of messages; protobuf's own limit is 100. */
  private static final MethodDescriptor<TxnRequest, TxnResponse> DEEP_TXN =
      KVGrpc.getTxnMethod().toBuilder(
              ProtoUtils.marshaller(TxnRequest.getDefaultInstance()),
              ProtoUtils.marshallerWithRecursionLimit(TxnResponse.getDefaultInstance(), 1000))
          .build();

  private final String endpoint;
  private final ManagedChannel connection;
  private final Channel channel;

  private Store(String endpoint, ManagedChannel connection, Channel channel) {
    this.endpoint = endpoint;
    this.connection = connection;
    this.channel = channel;
  }

  /** Connects to {@code host:port}, without TLS. */
  public static Store connect(String endpoint) {
    var connection =
        NettyChannelBuilder.forTarget(endpoint)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    return new Store(endpoint, connection, connection);
  }

  /** The same connection, with something among the metadata of every call; not to be closed. */
  public Store withMetadata(String key, String value) {
    var headers = new Metadata();
    headers.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);
    return new Store(
        endpoint,
        connection,
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)));
  }

  /** The same connection, with a token on every call; not to be closed. */
  public Store withToken(String token) {
    return withMetadata("token", token);
  }

  public String endpoint() {
    return endpoint;
  }

  public Channel channel() {
    return channel;
  }

  public RangeResponse range(RangeRequest.Builder request) {
    RangeResponse response = kv().range(request.build());
    checkHeader(response.getHeader());
    return response;
  }

  /** The messages of a stream, read one at a time. */
  public Iterator<RangeStreamResponse> rangeStream(RangeRequest.Builder request) {
    return kv().rangeStream(request.build());
  }

  public PutResponse put(PutRequest.Builder request) {
    PutResponse response = kv().put(request.build());
    checkHeader(response.getHeader());
    return response;
  }

  public DeleteRangeResponse delete(DeleteRangeRequest.Builder request) {
    DeleteRangeResponse response = kv().deleteRange(request.build());
    checkHeader(response.getHeader());
    return response;
  }

  public TxnResponse txn(Txn txn) {
    TxnResponse response =
        ClientCalls.blockingUnaryCall(
            channel,
            DEEP_TXN,
            CallOptions.DEFAULT.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS),
            txn.request());
    checkHeader(response.getHeader());
    return response;
  }

  public CompactionResponse compact(long revision) {
    return compact(CompactionRequest.newBuilder().setRevision(revision).build());
  }

  /** Compacts, and answers when the superseded data is gone from this member. */
  public CompactionResponse compactPhysically(long revision) {
    return compact(CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build());
  }

  public HashKVResponse hashKv(long revision) {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
        .hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
  }

  public StatusResponse status() {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
        .status(StatusRequest.getDefaultInstance());
  }

  public MemberListResponse memberList() {
    return cluster().memberList(MemberListRequest.getDefaultInstance());
  }

  public KVGrpc.KVFutureStub concurrently() {
    return KVGrpc.newFutureStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  public LeaseGrpc.LeaseBlockingStub lease() {
    return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  public ClusterGrpc.ClusterBlockingStub cluster() {
    return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  public AuthGrpc.AuthBlockingStub auth() {
    return AuthGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  public MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  public WatchSession watch() {
    return WatchSession.open(channel, new Metadata());
  }

  /** A stream that is refused or ended where the member knows no leader. */
  public WatchSession watchWithLeader() {
    var headers = new Metadata();
    headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    return WatchSession.open(channel, headers);
  }

  /** A stream whose client reads one response and stops; give it a connection of its own. */
  public WatchSession watchAndStall() {
    return WatchSession.openStalled(channel);
  }

  /** A connection of its own to the same member. */
  public Store anotherConnection() {
    return connect(endpoint);
  }

  /** Puts all of these at the same time, in no order, and answers when all are stored. */
  public void putAtOnce(List<PutRequest.Builder> puts) {
    List<ListenableFuture<PutResponse>> calls = new ArrayList<>();
    for (PutRequest.Builder put : puts) {
      calls.add(concurrently().put(put.build()));
    }
    try {
      calls.forEach(Futures::getUnchecked);
    } catch (UncheckedExecutionException e) {
      throw Status.fromThrowable(e).asRuntimeException();
    }
  }

  /** A lease with an id the server picks, long enough for any case. */
  public long grantLease() {
    return grantLease(0, 600).getID();
  }

  public LeaseGrantResponse grantLease(long lease, long ttlSeconds) {
    LeaseGrantResponse response =
        lease().leaseGrant(LeaseGrantRequest.newBuilder().setID(lease).setTTL(ttlSeconds).build());
    checkHeader(response.getHeader());
    return response;
  }

  public LeaseRevokeResponse revoke(long lease) {
    LeaseRevokeResponse response =
        lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
    checkHeader(response.getHeader());
    return response;
  }

  public KeepAlive keepAlive() {
    return KeepAlive.open(channel);
  }

  public LeaseTimeToLiveResponse timeToLive(long lease) {
    LeaseTimeToLiveResponse response =
        lease()
            .leaseTimeToLive(
                LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build());
    checkHeader(response.getHeader());
    Expect.equal(lease, response.getID(), "ID of the lease");
    return response;
  }

  /** The names of the keys attached to a lease, sorted. */
  public List<String> keysOf(long lease, Keys keys) {
    return timeToLive(lease).getKeysList().stream().map(keys::nameOf).sorted().toList();
  }

  /** R: the current revision, after everything acknowledged before this call. */
  public long revision() {
    return range(RangeRequest.newBuilder().setKey(Keys.NO_END).setCountOnly(true))
        .getHeader()
        .getRevision();
  }

  /** Puts each name with its own name as value, in this order, one revision each. */
  public void putAll(Keys keys, String... names) {
    for (String name : names) {
      put(keys.put(name, name));
    }
  }

  public String valueOf(ByteString key) {
    List<String> values =
        range(RangeRequest.newBuilder().setKey(key)).getKvsList().stream()
            .map(kv -> kv.getValue().toStringUtf8())
            .toList();
    Expect.equal(1, values.size(), "number of keys found for " + key.toStringUtf8());
    return values.getFirst();
  }

  public boolean holds(ByteString key) {
    return range(RangeRequest.newBuilder().setKey(key)).getCount() > 0;
  }

  /** Tries to connect at once, without waiting out the pause after a failed attempt. */
  public void reconnect() {
    connection.resetConnectBackoff();
  }

  @Override
  public void close() {
    connection.shutdownNow();
  }

  private CompactionResponse compact(CompactionRequest request) {
    CompactionResponse response = kv().compact(request);
    checkHeader(response.getHeader());
    return response;
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  private static void checkHeader(ResponseHeader header) {
    Expect.isTrue(header.getClusterId() != 0, "the header names the cluster");
    Expect.isTrue(header.getMemberId() != 0, "the header names the member");
    Expect.isTrue(header.getRaftTerm() > 0, "the header has the term");
    Expect.isTrue(header.getRevision() > 0, "the header has the revision");
  }
}
