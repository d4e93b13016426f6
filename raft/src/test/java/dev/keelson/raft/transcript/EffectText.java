package dev.keelson.raft.transcript;

import dev.keelson.raft.Effect;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogPosition;
import dev.keelson.raft.Message;
import dev.keelson.raft.Proposal;
import dev.keelson.raft.membership.Configuration;
import dev.keelson.raft.membership.ConfigurationCodec;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Effects as a reader wants to see them: one line each, nothing left out. */
final class EffectText {
  private EffectText() {}

  static String of(Effect effect) {
    return switch (effect) {
      case Effect.Append(var sequence, var entries, var hardState, var mustSync) ->
          "append #" + sequence + (mustSync ? " " : " lazily ") + of(hardState) + of(entries);
      case Effect.Send(var message) -> "send " + of(message);
      case Effect.SendAfterDurable(var message, var sequence) ->
          "after #" + sequence + " send " + of(message);
      case Effect.Apply(var entries) -> "apply" + of(entries);
      case Effect.ServeRead(var readId, var index) -> "serve read " + readId + " at " + index;
      case Effect.FailRead(var readId, var reason) -> "fail read " + readId + " " + reason;
      case Effect.RejectProposals(var ids, var reason) -> "reject " + ids + " " + reason;
      case Effect.ShipSnapshot(var peer, var atLeast) ->
          "ship snapshot to " + peer + " reaching " + atLeast;
      case Effect.InstallSnapshot(var snapshot) -> "install snapshot " + of(snapshot.position());
    };
  }

  static String of(Message message) {
    return message.from() + "->" + message.to() + " t" + message.term() + " " + body(message);
  }

  private static String body(Message message) {
    return switch (message) {
      case Message.VoteRequest request ->
          (request.preVote() ? "pre-vote?" : "vote?")
              + " last "
              + of(request.last())
              + (request.transfer() ? " transfer" : "");
      case Message.VoteResponse response ->
          (response.preVote() ? "pre-vote " : "vote ") + (response.granted() ? "yes" : "no");
      case Message.AppendRequest request ->
          "append after "
              + of(request.previous())
              + of(request.entries())
              + " commit "
              + request.commit();
      case Message.AppendAccepted answer -> "accepted " + answer.matchIndex();
      case Message.AppendRejected answer ->
          "rejected " + answer.rejectedIndex() + " hint " + of(answer.hint());
      case Message.Heartbeat heartbeat ->
          "heartbeat commit " + heartbeat.commit() + " round " + heartbeat.readRound();
      case Message.HeartbeatResponse answer -> "heartbeat answer round " + answer.readRound();
      case Message.ReadIndexRequest request -> "read index? " + request.readId();
      case Message.ReadIndexResponse answer ->
          "read index " + answer.readId() + " is " + answer.index();
      case Message.ForwardProposals forwarded ->
          "forward " + forwarded.proposals().stream().map(Proposal::id).toList();
      case Message.ForwardChange(_, _, _, var change) ->
          "forward change " + change.id() + " to" + of(change.target());
      case Message.ForwardRejected answer ->
          "forward rejected " + answer.proposalIds() + " " + answer.reason();
      case Message.SnapshotArrived arrived ->
          "snapshot arrived " + of(arrived.snapshot().position());
      case Message.TimeoutNow _ -> "stand now";
    };
  }

  static String of(LogPosition position) {
    return "(" + position.term() + "," + position.index() + ")";
  }

  private static String of(HardState state) {
    return "term " + state.term() + " vote " + state.votedFor() + " commit " + state.commit();
  }

  static String of(List<Entry> entries) {
    return entries.stream().map(EffectText::of).collect(Collectors.joining());
  }

  private static String of(Entry entry) {
    var what =
        switch (entry.type()) {
          case COMMAND -> entry.payload().toString();
          case NO_OP -> entry.type().name().toLowerCase(Locale.ROOT);
          case CONFIGURATION -> "members" + of(ConfigurationCodec.decode(entry.payload()));
        };
    return " " + of(entry.position()) + what;
  }

  private static String of(Configuration configuration) {
    return " v"
        + configuration.version()
        + configuration.voters()
        + (configuration.isJoint() ? " from " + configuration.outgoing() : "")
        + (configuration.learners().isEmpty() ? "" : " learning " + configuration.learners())
        + (configuration.joining().isEmpty() ? "" : " joining " + configuration.joining());
  }
}
