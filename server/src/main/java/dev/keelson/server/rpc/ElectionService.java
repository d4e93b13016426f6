package dev.keelson.server.rpc;

import com.google.protobuf.ByteString;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.ResponseHeader;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.status.StatusCode;
import dev.keelson.api.v3electionpb.CampaignRequest;
import dev.keelson.api.v3electionpb.CampaignResponse;
import dev.keelson.api.v3electionpb.ElectionGrpc;
import dev.keelson.api.v3electionpb.LeaderKey;
import dev.keelson.api.v3electionpb.LeaderRequest;
import dev.keelson.api.v3electionpb.LeaderResponse;
import dev.keelson.api.v3electionpb.ProclaimRequest;
import dev.keelson.api.v3electionpb.ProclaimResponse;
import dev.keelson.api.v3electionpb.ResignRequest;
import dev.keelson.api.v3electionpb.ResignResponse;
import io.grpc.ServerServiceDefinition;

/** v3electionpb.Election: elections of keys, leases and watches (E1 to E8). */
final class ElectionService {
  private static final String LEADER_MISSING = "\"leader\" field must be provided";

  private final KvService kv;
  private final SessionLeases sessions;
  private final KeyWatch watch;
  private final LinearizableReads reads;
  private final ResponseHeaders headers;
  private final Access access;

  ElectionService(
      KvService kv,
      SessionLeases sessions,
      KeyWatch watch,
      LinearizableReads reads,
      ResponseHeaders headers,
      Access access) {
    this.kv = kv;
    this.sessions = sessions;
    this.watch = watch;
    this.reads = reads;
    this.headers = headers;
    this.access = access;
  }

  ServerServiceDefinition bind(CallEnvironment environment) {
    return new ServiceBinder(ElectionGrpc.SERVICE_NAME, environment)
            .unary(ElectionGrpc.getCampaignMethod(), CampaignRequest.parser(), this::campaign)
            .unary(ElectionGrpc.getProclaimMethod(), ProclaimRequest.parser(), this::proclaim)
            .unary(ElectionGrpc.getLeaderMethod(), LeaderRequest.parser(), this::leader)
            .stream(ElectionGrpc.getObserveMethod(), LeaderRequest.parser(), this::observe)
            .unary(ElectionGrpc.getResignMethod(), ResignRequest.parser(), this::resign)
            .build();
  }

  void campaign(CampaignRequest request, CallContext call, Answer<CampaignResponse> answer) {
    sessions.with(
        request.getLease(),
        call,
        answer,
        lease -> {
          var candidacy = new Candidacy(request, lease, call, answer);
          kv.txn(
              QueueKeys.stand(candidacy.prefix(), candidacy.key(), request.getValue(), lease),
              call.detached(), // E3: also a client that goes meanwhile leaves no key behind
              new UnknownErrors<TxnResponse>(response -> stand(candidacy, response), answer));
        });
  }

  /** A campaign under way. */
  private record Candidacy(
      CampaignRequest request, long lease, CallContext call, Answer<CampaignResponse> answer) {
    ByteString prefix() {
      return QueueKeys.prefix(request.getName());
    }

    ByteString key() {
      return QueueKeys.key(request.getName(), lease);
    }

    /** E1, E2: the header is that of the first transaction. */
    void won(PlaceInLine place, Standing standing, ResponseHeader header) {
      place.hold();
      var leader =
          LeaderKey.newBuilder()
              .setName(request.getName())
              .setKey(key())
              .setRev(standing.createRevision())
              .setLease(lease);
      answer.success(CampaignResponse.newBuilder().setHeader(header).setLeader(leader).build());
    }
  }

  private void stand(Candidacy candidacy, TxnResponse response) {
    var standing = Standing.of(response);
    var place =
        new PlaceInLine(
            new PlaceInLine.Parts(kv, watch, candidacy.call),
            candidacy.prefix(),
            candidacy.key(),
            standing.createRevision(),
            reached -> candidacy.won(reached, standing, response.getHeader()),
            candidacy.answer);
    place.guard();
    Runnable wait =
        () -> {
          if (standing.isFirst()) {
            candidacy.won(place, standing, response.getHeader());
          } else {
            place.await();
          }
        };
    var value = candidacy.request.getValue();
    if (standing.found().isEmpty() || standing.found().get().getValue().equals(value)) {
      wait.run();
    } else {
      proclaim(candidacy, standing, wait);
    }
  }

  /** E2: the same lease with another value. */
  private void proclaim(Candidacy candidacy, Standing standing, Runnable next) {
    kv.txn(
        QueueKeys.proclaim(
            candidacy.key(),
            standing.createRevision(),
            candidacy.request.getValue(),
            candidacy.lease),
        candidacy.call,
        new UnknownErrors<TxnResponse>(
            response -> {
              if (response.getSucceeded()) {
                next.run();
              } else {
                failNotLeader(candidacy.answer);
              }
            },
            candidacy.answer));
  }

  private static void failNotLeader(Answer<?> answer) {
    answer.fail(StatusCode.UNKNOWN, "election: not leader");
  }

  /** E4, E8. */
  void proclaim(ProclaimRequest request, CallContext call, Answer<ProclaimResponse> answer) {
    if (!request.hasLeader()) {
      answer.fail(StatusCode.UNKNOWN, LEADER_MISSING);
      return;
    }
    var leader = request.getLeader();
    sessions.with(
        leader.getLease(),
        call,
        answer,
        lease ->
            kv.txn(
                QueueKeys.proclaim(leader.getKey(), leader.getRev(), request.getValue(), lease),
                call,
                new UnknownErrors<TxnResponse>(
                    response -> {
                      if (response.getSucceeded()) {
                        answer.success(
                            ProclaimResponse.newBuilder().setHeader(response.getHeader()).build());
                      } else {
                        failNotLeader(answer);
                      }
                    },
                    answer)));
  }

  /** E5, E8. */
  void resign(ResignRequest request, CallContext call, Answer<ResignResponse> answer) {
    if (!request.hasLeader()) {
      answer.fail(StatusCode.UNKNOWN, LEADER_MISSING);
      return;
    }
    var leader = request.getLeader();
    sessions.with(
        leader.getLease(),
        call,
        answer,
        _ ->
            kv.txn(
                QueueKeys.leave(leader.getKey(), leader.getRev()),
                call,
                new UnknownErrors<TxnResponse>(
                    response ->
                        answer.success(
                            ResignResponse.newBuilder().setHeader(response.getHeader()).build()),
                    answer)));
  }

  /** E6. */
  void leader(LeaderRequest request, CallContext call, Answer<LeaderResponse> answer) {
    kv.range(
        QueueKeys.first(QueueKeys.prefix(request.getName())),
        call,
        new UnknownErrors<RangeResponse>(
            found -> {
              if (found.getKvsCount() == 0) {
                answer.fail(StatusCode.UNKNOWN, "election: no leader");
              } else {
                answer.success(
                    LeaderResponse.newBuilder()
                        .setHeader(found.getHeader())
                        .setKv(found.getKvs(0))
                        .build());
              }
            },
            answer));
  }

  /** E7. */
  StreamReceiver<LeaderRequest> observe(StreamSink<LeaderResponse> sink) {
    return new ObserveStream(sink, watch, access, reads, headers);
  }
}
