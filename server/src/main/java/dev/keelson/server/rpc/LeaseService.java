package dev.keelson.server.rpc;

import dev.keelson.api.command.Command;
import dev.keelson.api.command.LeaseGrant;
import dev.keelson.api.command.LeaseRevocation;
import dev.keelson.api.etcdserverpb.LeaseGrantRequest;
import dev.keelson.api.etcdserverpb.LeaseGrantResponse;
import dev.keelson.api.etcdserverpb.LeaseGrpc;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.api.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.api.etcdserverpb.LeaseLeasesResponse;
import dev.keelson.api.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.api.etcdserverpb.LeaseRevokeResponse;
import dev.keelson.api.etcdserverpb.LeaseStatus;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.status.EtcdError;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.apply.Charge;
import dev.keelson.server.apply.Quota;
import dev.keelson.server.apply.WireBytes;
import dev.keelson.server.auth.AuthSession;
import dev.keelson.server.lease.LeaseTime;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.server.rpc.CallContext.Extent;
import dev.keelson.storage.mvcc.ReadView;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.function.LongConsumer;

/** etcdserverpb.Lease: grants and revocations through the log, times from the leader. */
final class LeaseService {
  /** L2. */
  private static final long MAX_TTL_SECONDS = 9_000_000_000L;

  /** MEM-bound. */
  private static final long MAX_LEASES = 1_000_000;

  private final Replica replica;
  private final Quota quota;
  private final LeaseDependencies leases;
  private final ResponseHeaders headers;
  private final Access access;

  LeaseService(RpcDependencies dependencies, ResponseHeaders headers, Access access) {
    this.replica = dependencies.replica();
    this.quota = dependencies.quota();
    this.leases = dependencies.leases();
    this.headers = headers;
    this.access = access;
  }

  ServerServiceDefinition bind(CallEnvironment environment) {
    return new ServiceBinder(LeaseGrpc.SERVICE_NAME, environment)
            .unary(LeaseGrpc.getLeaseGrantMethod(), LeaseGrantRequest.parser(), this::grant)
            .unary(LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeRequest.parser(), this::revoke)
            .unary(
                LeaseGrpc.getLeaseTimeToLiveMethod(),
                LeaseTimeToLiveRequest.parser(),
                this::timeToLive)
            .stream(
                LeaseGrpc.getLeaseKeepAliveMethod(),
                LeaseKeepAliveRequest.parser(),
                sink -> keepAlive(sink, reads(environment)))
            .unary(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.parser(), this::list)
            .build();
  }

  private LeaseAccess.Reading reads(CallEnvironment environment) {
    return new LinearizableReads(replica, environment.readPool())::read;
  }

  StreamReceiver<LeaseKeepAliveRequest> keepAlive(
      StreamSink<LeaseKeepAliveResponse> sink, LeaseAccess.Reading reads) {
    return LeaseKeepAliveStream.open(leases, headers, new LeaseAccess(access, reads), sink);
  }

  void grant(LeaseGrantRequest request, CallContext call, Answer<LeaseGrantResponse> answer) {
    if (!quota.admits(Charge.LEASE_GRANT)) { // before all else (P3)
      answer.fail(EtcdError.NO_SPACE);
      return;
    }
    if (request.getTTL() > MAX_TTL_SECONDS) {
      answer.fail(EtcdError.LEASE_TTL_TOO_LARGE);
      return;
    }
    if (leases.leases().stats().leases() >= MAX_LEASES) {
      answer.fail(EtcdError.REQUEST_TOO_MANY_REQUESTS);
      return;
    }
    long id = request.getID() == 0 ? leases.newId() : request.getID();
    long ttl = Math.max(request.getTTL(), leases.minTtlSeconds());
    propose(
        Command.newBuilder()
            .setLeaseGrant(LeaseGrant.newBuilder().setLeaseId(id).setTtlSeconds(ttl)),
        call,
        answer,
        revision ->
            answer.success(
                LeaseGrantResponse.newBuilder()
                    .setHeader(headers.at(revision))
                    .setID(id)
                    .setTTL(ttl)
                    .build()));
  }

  void revoke(LeaseRevokeRequest request, CallContext call, Answer<LeaseRevokeResponse> answer) {
    propose(
        Command.newBuilder()
            .setLeaseRevocation(LeaseRevocation.newBuilder().setLeaseId(request.getID())),
        call,
        answer,
        revision ->
            answer.success(
                LeaseRevokeResponse.newBuilder().setHeader(headers.at(revision)).build()));
  }

  private void propose(
      Command.Builder wish, CallContext call, Answer<?> answer, LongConsumer applied) {
    access.identify(
        call, answer, session -> send(Access.sign(wish, session).build(), call, answer, applied));
  }

  private void send(Command command, CallContext call, Answer<?> answer, LongConsumer applied) {
    replica.propose(
        command,
        outcome ->
            call.resume(
                () -> {
                  switch (outcome) {
                    case Outcome.Success<ApplyResult>(ApplyResult.LeaseDone(var revision)) ->
                        applied.accept(revision);
                    case Outcome.Success<ApplyResult>(ApplyResult.Refused(var error)) ->
                        answer.fail(error);
                    case Outcome.Success<ApplyResult>(var other) ->
                        throw new IllegalStateException("a lease command came to " + other);
                    case Outcome.Failure<ApplyResult>(var error) -> answer.fail(error);
                  }
                }));
  }

  void timeToLive(
      LeaseTimeToLiveRequest request, CallContext call, Answer<LeaseTimeToLiveResponse> answer) {
    leases
        .leases()
        .timeToLive(
            request.getID(),
            outcome ->
                call.resume(
                    () -> {
                      switch (outcome) {
                        case Outcome.Success<LeaseTime>(LeaseTime.Living living) ->
                            living(request, living, call, answer);
                        case Outcome.Success<LeaseTime>(LeaseTime.Gone()) ->
                            answer.success(gone(request, header()));
                        case Outcome.Failure<LeaseTime>(var error) -> answer.fail(error);
                      }
                    }));
  }

  private void living(
      LeaseTimeToLiveRequest request,
      LeaseTime.Living living,
      CallContext call,
      Answer<LeaseTimeToLiveResponse> answer) {
    if (!request.getKeys()) {
      answer.success(alive(request, living, header()).build());
      return;
    }
    // The keys are here too, once this member has applied what the leader had when it answered.
    replica.awaitReadIndex(
        outcome -> {
          switch (outcome) {
            case Outcome.Success<Long> _ ->
                access.onFittingThread(call, () -> withKeys(request, living, call, answer));
            case Outcome.Failure<Long>(var error) -> call.resume(() -> answer.fail(error));
          }
        });
  }

  private void withKeys(
      LeaseTimeToLiveRequest request,
      LeaseTime.Living living,
      CallContext call,
      Answer<LeaseTimeToLiveResponse> answer) {
    access.requireToRead(
        AuthSession::somebodyRefusal,
        call,
        answer,
        guard ->
            call.read(
                Extent.RANGE,
                guard.of(
                    view ->
                        LeaseAccess.readRefusal(guard.session(), request.getID(), view)
                            .ifPresentOrElse(
                                answer::fail,
                                () -> answer.success(withKeys(request, living, view))))));
  }

  private LeaseTimeToLiveResponse withKeys(
      LeaseTimeToLiveRequest request, LeaseTime.Living living, ReadView view) {
    var header = headers.at(view.revision());
    if (view.lease(request.getID()).isEmpty()) {
      return gone(request, header); // it has ended since
    }
    var response = alive(request, living, header);
    for (var key : view.attachedKeys(request.getID())) {
      response.addKeys(WireBytes.of(key));
    }
    return response.build();
  }

  private static LeaseTimeToLiveResponse.Builder alive(
      LeaseTimeToLiveRequest request, LeaseTime.Living living, ResponseHeader header) {
    return LeaseTimeToLiveResponse.newBuilder()
        .setHeader(header)
        .setID(request.getID())
        .setTTL(living.ttlSeconds())
        .setGrantedTTL(living.grantedSeconds());
  }

  /** L10. */
  private static LeaseTimeToLiveResponse gone(
      LeaseTimeToLiveRequest request, ResponseHeader header) {
    return LeaseTimeToLiveResponse.newBuilder()
        .setHeader(header)
        .setID(request.getID())
        .setTTL(-1)
        .build();
  }

  void list(LeaseLeasesRequest request, CallContext call, Answer<LeaseLeasesResponse> answer) {
    leases
        .leases()
        .list(
            outcome ->
                call.resume(
                    () -> {
                      switch (outcome) {
                        case Outcome.Success<List<Long>>(var ids) -> list(ids, call, answer);
                        case Outcome.Failure<List<Long>>(var error) -> answer.fail(error);
                      }
                    }));
  }

  /** Who may not read all keys of all leases hears of none. */
  private void list(List<Long> ids, CallContext call, Answer<LeaseLeasesResponse> answer) {
    access.requireToRead(
        AuthSession::somebodyRefusal,
        call,
        answer,
        guard -> {
          if (guard.session().isAdmin()) {
            answer.success(listed(ids));
          } else {
            call.read(
                Extent.RANGE,
                guard.of(
                    view ->
                        LeaseAccess.readRefusal(guard.session(), ids, view)
                            .ifPresentOrElse(answer::fail, () -> answer.success(listed(ids)))));
          }
        });
  }

  private LeaseLeasesResponse listed(List<Long> ids) {
    var response = LeaseLeasesResponse.newBuilder().setHeader(header());
    for (long id : ids) {
      response.addLeases(LeaseStatus.newBuilder().setID(id));
    }
    return response.build();
  }

  private ResponseHeader header() {
    return headers.at(leases.revision().getAsLong());
  }
}
