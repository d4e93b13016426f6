package dev.keelson.server.rpc;

import com.google.protobuf.CodedOutputStream;
import dev.keelson.api.command.Command;
import dev.keelson.api.etcdserverpb.AlarmMember;
import dev.keelson.api.etcdserverpb.CompactionRequest;
import dev.keelson.api.etcdserverpb.CompactionResponse;
import dev.keelson.api.etcdserverpb.DeleteRangeRequest;
import dev.keelson.api.etcdserverpb.DeleteRangeResponse;
import dev.keelson.api.etcdserverpb.KVGrpc;
import dev.keelson.api.etcdserverpb.PutRequest;
import dev.keelson.api.etcdserverpb.PutResponse;
import dev.keelson.api.etcdserverpb.RangeRequest;
import dev.keelson.api.etcdserverpb.RangeResponse;
import dev.keelson.api.etcdserverpb.TxnRequest;
import dev.keelson.api.etcdserverpb.TxnResponse;
import dev.keelson.api.status.EtcdError;
import dev.keelson.server.apply.AlarmGate;
import dev.keelson.server.apply.ApplyResult;
import dev.keelson.server.apply.Charge;
import dev.keelson.server.apply.CommandAccess;
import dev.keelson.server.apply.Quota;
import dev.keelson.server.apply.TxnEvaluator;
import dev.keelson.server.apply.WireBytes;
import dev.keelson.server.apply.WireKeyValues;
import dev.keelson.server.auth.AuthSession;
import dev.keelson.server.replica.Outcome;
import dev.keelson.server.replica.Replica;
import dev.keelson.server.rpc.CallContext.Extent;
import dev.keelson.storage.mvcc.RangeOutcome;
import dev.keelson.storage.mvcc.ReadView;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** etcdserverpb.KV: reads from the local store behind the read index, writes through the log. */
final class KvService {
  /** A command's request id, which the replica adds. */
  private static final int REQUEST_ID_BYTES =
      CodedOutputStream.computeFixed64Size(Command.REQUEST_ID_FIELD_NUMBER, 1);

  private final Replica replica;
  private final PhysicalCompaction compaction;
  private final Quota quota;
  private final Supplier<List<AlarmMember>> alarms;
  private final ResponseHeaders headers;
  private final TxnValidator txnValidator;
  private final int maxRequestBytes;
  private final Access access;

  KvService(
      RpcDependencies dependencies,
      ResponseHeaders headers,
      TxnValidator txnValidator,
      int maxRequestBytes,
      Access access) {
    this.replica = dependencies.replica();
    this.compaction = dependencies.compaction();
    this.quota = dependencies.quota();
    this.alarms = dependencies.alarms();
    this.headers = headers;
    this.txnValidator = txnValidator;
    this.maxRequestBytes = maxRequestBytes;
    this.access = access;
  }

  ServerServiceDefinition bind(CallEnvironment environment) {
    return new ServiceBinder(KVGrpc.SERVICE_NAME, environment)
            .unary(
                KVGrpc.getRangeMethod(),
                RangeRequest.parser(),
                RangeRequest::getSerializable,
                this::range)
            .stream(
                KVGrpc.getRangeStreamMethod(),
                RangeRequest.parser(),
                new RangeStream(replica, headers, environment))
            .unary(KVGrpc.getPutMethod(), PutRequest.parser(), this::put)
            .unary(KVGrpc.getDeleteRangeMethod(), DeleteRangeRequest.parser(), this::deleteRange)
            .unary(KVGrpc.getTxnMethod(), TxnRequest.parser(), this::txn)
            .unary(KVGrpc.getCompactMethod(), CompactionRequest.parser(), this::compact)
            .build();
  }

  void range(RangeRequest request, CallContext call, Answer<RangeResponse> answer) {
    var error = RequestChecks.ofRange(request);
    if (error.isPresent()) {
      answer.fail(error.get());
      return;
    }
    var extent = request.getRangeEnd().isEmpty() ? Extent.POINT : Extent.RANGE;
    read(
        request.getSerializable(),
        extent,
        session -> mayRead(request, session),
        call,
        answer,
        view -> range(request, view, answer));
  }

  private static Optional<EtcdError> mayRead(RangeRequest request, AuthSession session) {
    return session
        .clearance()
        .mayRead(WireBytes.of(request.getKey()), WireBytes.of(request.getRangeEnd()));
  }

  private void range(RangeRequest request, ReadView view, Answer<RangeResponse> answer) {
    switch (view.range(WireKeyValues.queryOf(request))) {
      case RangeOutcome.Found found ->
          answer.success(
              WireKeyValues.responseOf(found).setHeader(headers.at(view.revision())).build());
      case RangeOutcome.Compacted _ -> answer.fail(EtcdError.COMPACTED);
      case RangeOutcome.Future _ -> answer.fail(EtcdError.FUTURE_REV);
    }
  }

  /** R16, R17; P4: who asks is found out last. */
  private void read(
      boolean serializable,
      Extent extent,
      Function<AuthSession, Optional<EtcdError>> check,
      CallContext call,
      Answer<?> answer,
      Consumer<ReadView> read) {
    Runnable judged =
        () -> access.requireToRead(check, call, answer, judge -> call.read(extent, judge.of(read)));
    if (serializable) {
      judged.run();
      return;
    }
    replica.awaitReadIndex(
        new OfCall<>(
            call,
            outcome -> {
              switch (outcome) {
                case Outcome.Success<Long> _ -> access.onFittingThread(call, judged);
                case Outcome.Failure<Long>(var error) -> call.resume(() -> answer.fail(error));
              }
            }));
  }

  void put(PutRequest request, CallContext call, Answer<PutResponse> answer) {
    if (!quota.admits(Charge.of(request))) { // before all else (P3)
      answer.fail(EtcdError.NO_SPACE);
      return;
    }
    var command = Command.newBuilder().setPut(request);
    write(
        RequestChecks.ofPut(request),
        command,
        call,
        answer,
        result -> {
          var done = expect(ApplyResult.PutDone.class, result);
          var response = PutResponse.newBuilder().setHeader(headers.at(done.revision()));
          done.previous().forEach(kv -> response.setPrevKv(WireKeyValues.of(kv)));
          answer.success(response.build());
        });
  }

  void deleteRange(
      DeleteRangeRequest request, CallContext call, Answer<DeleteRangeResponse> answer) {
    write(
        RequestChecks.ofDeleteRange(request),
        Command.newBuilder().setDeleteRange(request),
        call,
        answer,
        result -> {
          var done = expect(ApplyResult.DeleteDone.class, result);
          answer.success(
              WireKeyValues.responseOf(done.deleted(), done.previous())
                  .setHeader(headers.at(done.revision()))
                  .build());
        });
  }

  void txn(TxnRequest request, CallContext call, Answer<TxnResponse> answer) {
    if (!quota.admits(Charge.of(request))) {
      answer.fail(EtcdError.NO_SPACE);
      return;
    }
    var error = txnValidator.firstError(request);
    if (error.isEmpty() && TxnShape.isReadOnly(request)) {
      read(
          TxnShape.isSerializable(request),
          TxnShape.extentOf(request),
          session -> CommandAccess.ofReadOnly(request, session.state(), session.caller()),
          call,
          answer,
          view -> answerTxn(TxnEvaluator.evaluateReadOnly(view, request), answer));
      return;
    }
    write(
        error,
        Command.newBuilder().setTxn(request),
        call,
        answer,
        result -> answerTxn(result, answer));
  }

  private void answerTxn(ApplyResult result, Answer<TxnResponse> answer) {
    if (result instanceof ApplyResult.Refused(var error)) {
      answer.fail(error);
      return;
    }
    var done = expect(ApplyResult.TxnDone.class, result);
    answer.success(done.response().toBuilder().setHeader(headers.at(done.revision())).build());
  }

  void compact(CompactionRequest request, CallContext call, Answer<CompactionResponse> answer) {
    propose(
        Command.newBuilder().setCompaction(request),
        call,
        answer,
        result -> {
          if (request.getPhysical() && waitsForRemoval(result)) {
            compaction.await(
                request.getRevision(), () -> call.resume(() -> answerCompaction(result, answer)));
          } else {
            answerCompaction(result, answer);
          }
        });
  }

  /** C4: also one that comes too late waits for the removal under way, and is refused then. */
  private static boolean waitsForRemoval(ApplyResult result) {
    return !(result instanceof ApplyResult.Refused(var error)) || error == EtcdError.COMPACTED;
  }

  private void answerCompaction(ApplyResult result, Answer<CompactionResponse> answer) {
    if (result instanceof ApplyResult.Refused(var error)) {
      answer.fail(error);
      return;
    }
    var done = expect(ApplyResult.CompactionDone.class, result);
    answer.success(CompactionResponse.newBuilder().setHeader(headers.at(done.revision())).build());
  }

  /** Proposes what passed its checks, and answers what the log refused. */
  private void write(
      Optional<EtcdError> error,
      Command.Builder command,
      CallContext call,
      Answer<?> answer,
      Consumer<ApplyResult> applied) {
    if (error.isPresent()) {
      answer.fail(error.get());
      return;
    }
    propose(
        command,
        call,
        answer,
        result -> {
          if (result instanceof ApplyResult.Refused(var refusal)) {
            answer.fail(refusal);
          } else {
            applied.accept(result);
          }
        });
  }

  private void propose(
      Command.Builder wish, CallContext call, Answer<?> answer, Consumer<ApplyResult> applied) {
    access.identify(
        call,
        answer,
        session -> propose(Access.sign(wish, session).build(), call, answer, applied));
  }

  private void propose(
      Command command, CallContext call, Answer<?> answer, Consumer<ApplyResult> applied) {
    if (command.getSerializedSize() + REQUEST_ID_BYTES > maxRequestBytes) {
      answer.fail(EtcdError.REQUEST_TOO_LARGE);
      return;
    }
    if (AlarmGate.refusal(command, alarms.get()).isPresent()) {
      confirmAlarm(command, call, answer, applied);
    } else {
      send(command, call, answer, applied);
    }
  }

  /**
   * The log would refuse it, too, but would have grown by it, with the disk perhaps full already. A
   * read index tells whether the alarm that is known here stands yet.
   */
  private void confirmAlarm(
      Command command, CallContext call, Answer<?> answer, Consumer<ApplyResult> applied) {
    replica.awaitReadIndex(
        new OfCall<>(
            call,
            outcome ->
                call.resume(
                    () -> {
                      switch (outcome) {
                        case Outcome.Success<Long> _ ->
                            AlarmGate.refusal(command, alarms.get())
                                .ifPresentOrElse(
                                    error -> applied.accept(new ApplyResult.Refused(error)),
                                    () -> send(command, call, answer, applied));
                        case Outcome.Failure<Long>(var error) -> answer.fail(error);
                      }
                    })));
  }

  private void send(
      Command command, CallContext call, Answer<?> answer, Consumer<ApplyResult> applied) {
    replica.propose(
        command,
        new OfCall<>(
            call,
            outcome ->
                call.resume(
                    () -> {
                      switch (outcome) {
                        case Outcome.Success<ApplyResult>(var result) -> applied.accept(result);
                        case Outcome.Failure<ApplyResult>(var error) -> answer.fail(error);
                      }
                    })));
  }

  private static <T extends ApplyResult> T expect(Class<T> kind, ApplyResult result) {
    if (!kind.isInstance(result)) {
      throw new IllegalStateException("expected " + kind.getSimpleName() + ", got " + result);
    }
    return kind.cast(result);
  }
}
