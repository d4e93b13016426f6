package dev.keelson.conformance.cases;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.keelson.api.mvccpb.KeyValue;
import dev.keelson.api.v3electionpb.CampaignRequest;
import dev.keelson.api.v3electionpb.CampaignResponse;
import dev.keelson.api.v3electionpb.ElectionGrpc;
import dev.keelson.api.v3electionpb.LeaderKey;
import dev.keelson.api.v3electionpb.LeaderRequest;
import dev.keelson.api.v3electionpb.LeaderResponse;
import dev.keelson.api.v3electionpb.ProclaimRequest;
import dev.keelson.api.v3electionpb.ResignRequest;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.store.Duplex;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Section 11.9, second half: elections. */
public final class ElectionCases {
  private static final String NOT_LEADER = "election: not leader";
  private static final String NO_LEADER = "election: no leader";
  private static final String LEADER_FIELD = "\"leader\" field must be provided";

  private ElectionCases() {}

  public static List<Case> cases() {
    return List.of(
        Case.of("251", "an election without candidates has no leader", ElectionCases::noLeader),
        Case.of("252", "the first candidate wins", ElectionCases::wins),
        Case.of("253", "campaigning again may change the value", ElectionCases::again),
        Case.of("254", "only the leader proclaims", ElectionCases::proclaim),
        Case.of("255", "resigning lets the next one win", ElectionCases::resign),
        Case.of("256", "an observer sees each leader and value", ElectionCases::observe),
        Case.of("257", "a candidate that leaves takes its key away", ElectionCases::deadline));
  }

  private static void noLeader(Store store, Keys keys) {
    Expect.errorText(Status.Code.UNKNOWN, NO_LEADER, () -> leader(store, keys));
  }

  private static void wins(Store store, Keys keys) {
    long lease = store.grantLease();
    LeaderKey won = campaign(store, keys, lease, "one").getLeader();
    Expect.equal(keys.at("name"), won.getName(), "name");
    Expect.equal(keys.at("name/" + Long.toHexString(lease)), won.getKey(), "key");
    Expect.equal(lease, won.getLease(), "lease");
    KeyValue kv = leader(store, keys).getKv();
    Expect.equal(kv.getCreateRevision(), won.getRev(), "rev");
    Expect.equal(won.getKey(), kv.getKey(), "key of the leader");
    Expect.equal("one", kv.getValue().toStringUtf8(), "value of the leader");
    Expect.equal(lease, kv.getLease(), "lease of the leader's key");
  }

  private static void again(Store store, Keys keys) {
    long lease = store.grantLease();
    LeaderKey won = campaign(store, keys, lease, "one").getLeader();
    long before = store.revision();
    LeaderKey same = campaign(store, keys, lease, "one").getLeader();
    Expect.equal(won, same, "leader with the same value");
    Expect.equal(before, store.revision(), "revision after the same value");
    LeaderKey other = campaign(store, keys, lease, "two").getLeader();
    Expect.equal(won.getRev(), other.getRev(), "rev with another value");
    Expect.equal("two", leader(store, keys).getKv().getValue().toStringUtf8(), "value");
    Expect.equal(before + 1, store.revision(), "revision after another value");
  }

  private static void proclaim(Store store, Keys keys) {
    LeaderKey won = campaign(store, keys, store.grantLease(), "one").getLeader();
    proclaim(store, won, "two");
    KeyValue kv = leader(store, keys).getKv();
    Expect.equal("two", kv.getValue().toStringUtf8(), "value");
    Expect.equal(won.getRev(), kv.getCreateRevision(), "rev");
    Expect.equal(won.getLease(), kv.getLease(), "lease");
    LeaderKey stale = won.toBuilder().setRev(won.getRev() - 1).build();
    Expect.errorText(Status.Code.UNKNOWN, NOT_LEADER, () -> proclaim(store, stale, "three"));
    Expect.errorText(
        Status.Code.UNKNOWN,
        LEADER_FIELD,
        () -> stub(store).proclaim(ProclaimRequest.getDefaultInstance()));
    Expect.equal("two", leader(store, keys).getKv().getValue().toStringUtf8(), "value");
  }

  private static void resign(Store store, Keys keys) {
    LeaderKey won = campaign(store, keys, store.grantLease(), "one").getLeader();
    ListenableFuture<CampaignResponse> next =
        ElectionGrpc.newFutureStub(store.channel())
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .campaign(request(keys, store.grantLease(), "two"));
    awaitCandidates(store, keys, 2);
    resign(store, won.toBuilder().setRev(won.getRev() - 1).build());
    Expect.equal("one", leader(store, keys).getKv().getValue().toStringUtf8(), "leader");
    Expect.isFalse(next.isDone(), "the next candidate wins before the first resigns");
    Expect.errorText(
        Status.Code.UNKNOWN,
        LEADER_FIELD,
        () -> stub(store).resign(ResignRequest.getDefaultInstance()));
    resign(store, won);
    LeaderKey second = Calls.await(next).getLeader();
    Expect.equal(second.getKey(), leader(store, keys).getKv().getKey(), "key of the next");
    resign(store, won);
    Expect.equal("two", leader(store, keys).getKv().getValue().toStringUtf8(), "next leader");
  }

  private static void observe(Store store, Keys keys) {
    LeaderKey first = campaign(store, keys, store.grantLease(), "one").getLeader();
    try (Duplex<LeaderRequest, LeaderResponse> observer =
        Duplex.open(store.channel(), ElectionGrpc.getObserveMethod(), new Metadata())) {
      observer.send(LeaderRequest.newBuilder().setName(keys.at("name")).build());
      observer.halfClose();
      Expect.equal("one", nextValue(observer), "value when the observer comes");
      for (String value : List.of("two", "three", "four")) {
        proclaim(store, first, value);
        Expect.equal(value, nextValue(observer), "value proclaimed");
      }
      ListenableFuture<CampaignResponse> next =
          ElectionGrpc.newFutureStub(store.channel())
              .withDeadlineAfter(60, TimeUnit.SECONDS)
              .campaign(request(keys, store.grantLease(), "five"));
      awaitCandidates(store, keys, 2);
      resign(store, first);
      Calls.await(next);
      Expect.equal("five", nextValue(observer), "value of the next leader");
    }
  }

  private static void deadline(Store store, Keys keys) {
    campaign(store, keys, store.grantLease(), "one");
    Expect.deadlineExceeded(
        () ->
            ElectionGrpc.newBlockingStub(store.channel())
                .withDeadlineAfter(1, TimeUnit.SECONDS)
                .campaign(request(keys, store.grantLease(), "two")));
    awaitCandidates(store, keys, 1);
    Expect.equal("one", leader(store, keys).getKv().getValue().toStringUtf8(), "leader");
  }

  private static String nextValue(Duplex<LeaderRequest, LeaderResponse> observer) {
    return observer.next().getKv().getValue().toStringUtf8();
  }

  private static void awaitCandidates(Store store, Keys keys, long count) {
    Calls.until(
        count + " candidates",
        () -> store.range(keys.span("name/", "name0").setCountOnly(true)).getCount() == count);
  }

  private static CampaignResponse campaign(Store store, Keys keys, long lease, String value) {
    return stub(store).campaign(request(keys, lease, value));
  }

  private static CampaignRequest request(Keys keys, long lease, String value) {
    return CampaignRequest.newBuilder()
        .setName(keys.at("name"))
        .setLease(lease)
        .setValue(ByteString.copyFromUtf8(value))
        .build();
  }

  private static LeaderResponse leader(Store store, Keys keys) {
    return stub(store).leader(LeaderRequest.newBuilder().setName(keys.at("name")).build());
  }

  private static void proclaim(Store store, LeaderKey leader, String value) {
    var _ =
        stub(store)
            .proclaim(
                ProclaimRequest.newBuilder()
                    .setLeader(leader)
                    .setValue(ByteString.copyFromUtf8(value))
                    .build());
  }

  private static void resign(Store store, LeaderKey leader) {
    var _ = stub(store).resign(ResignRequest.newBuilder().setLeader(leader).build());
  }

  private static ElectionGrpc.ElectionBlockingStub stub(Store store) {
    return ElectionGrpc.newBlockingStub(store.channel()).withDeadlineAfter(60, TimeUnit.SECONDS);
  }
}
