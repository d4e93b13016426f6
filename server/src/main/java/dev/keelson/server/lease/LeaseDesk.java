package dev.keelson.server.lease;

import dev.keelson.api.command.Command;
import dev.keelson.api.command.LeaseCheckpoints;
import dev.keelson.api.peer.LeaseAnswer;
import dev.keelson.api.peer.LeaseAnswers;
import dev.keelson.api.peer.LeaseQuestions;
import dev.keelson.api.status.EtcdError;
import dev.keelson.lease.Lessor;
import dev.keelson.lease.Remaining;
import dev.keelson.lease.Renewal;
import dev.keelson.server.lease.LeaseQuestion.Asker;
import dev.keelson.server.replica.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Answers questions about leases, or has the leader answer them. The leader confirms that it leads
 * by one quorum round for all questions that have gathered, and a round answers only what was asked
 * before it began (LE-renew). All questions may be asked again, so that what gets lost between
 * members is asked again. Belongs to the lease thread.
 */
final class LeaseDesk {
  private static final long ASK_AGAIN_NANOS = 1_000_000_000;
  private static final int MAX_QUESTIONS_A_FRAME = 4_096;
  private static final int MAX_CLEARED_AT_ONCE = 1_000;

  private final Lessor lessor;
  private final LeaseOffice office;
  private final LeaseParts parts;

  private final ArrayDeque<LeaseQuestion> unsent = new ArrayDeque<>();
  private final Map<Long, Sent> sent = new LinkedHashMap<>();
  private final List<LeaseQuestion> refused = new ArrayList<>();
  private final Map<Long, List<LeaseQuestion>> ending = new TreeMap<>();
  private final Map<Long, LeaseAnswers.Builder> answers = new TreeMap<>();
  private boolean inRound;
  private long nextId;

  private record Sent(LeaseQuestion question, long leader, long atNanos) {}

  private record Cleared(LeaseQuestion question, LeaseTime time) {}

  /**
   * A desk with nothing on it.
   *
   * @param firstId drawn at random: an answer to an earlier run must not find a question of this
   *     one
   */
  LeaseDesk(Lessor lessor, LeaseOffice office, LeaseParts parts, long firstId) {
    this.lessor = lessor;
    this.office = office;
    this.parts = parts;
    this.nextId = firstId;
  }

  // ---- Questions come in ------------------------------------------------------------------------

  void ask(LeaseQuestion question) {
    unsent.add(question);
  }

  void askedByPeer(long peer, LeaseQuestions questions) {
    for (var question : questions.getQuestionsList()) {
      var asker = new Asker.Peer(peer, question.getId());
      unsent.add(
          new LeaseQuestion(
              question.getLeaseId(), question.getRenew(), parts.deadlineNanos(), asker));
    }
  }

  void answeredByPeer(LeaseAnswers frame) {
    for (var answer : frame.getAnswersList()) {
      var asked = sent.remove(answer.getId());
      if (asked != null) {
        settle(asked.question, answer);
      }
    }
  }

  private void settle(LeaseQuestion question, LeaseAnswer answer) {
    switch (answer.getOutcome()) {
      case ALIVE ->
          answer(
              question, new LeaseTime.Living(answer.getTtlSeconds(), answer.getGrantedSeconds()));
      case NOT_FOUND -> answer(question, new LeaseTime.Gone());
      case NOT_LEADER, NOT_CONFIRMED, OUTCOME_UNSPECIFIED, UNRECOGNIZED -> refused.add(question);
    }
  }

  // ---- Questions go on --------------------------------------------------------------------------

  /** Sends on what has gathered, and the answers to peers. */
  void dispatch() {
    if (!unsent.isEmpty()) {
      var status = parts.replica().status();
      if (status.isLeader()) {
        beginRound(status.term());
      } else {
        refusePeers();
        if (status.hasLeader()) {
          forward(status.leaderId());
        }
      }
    }
    answers.forEach((peer, gathered) -> parts.courier().send(peer, gathered.build()));
    answers.clear();
  }

  /** Some time has passed: gives up what has waited too long, and asks again what may be lost. */
  void tick() {
    long now = parts.now();
    var status = parts.replica().status();
    unsent.addAll(refused);
    refused.clear();
    if (status.isLeader()) {
      sent.values().forEach(asked -> unsent.add(asked.question));
      sent.clear();
    } else if (status.hasLeader()) {
      askAgain(status.leaderId(), now);
    }
    if (!office.isHeld()) {
      releaseEnding();
    }
    var late = status.hasLeader() ? EtcdError.TIMEOUT : EtcdError.NO_LEADER; // L8
    unsent.removeIf(question -> failIfLate(question, now, late));
    sent.values().removeIf(asked -> failIfLate(asked.question, now, late));
    ending.values().forEach(waiting -> waiting.removeIf(one -> failIfLate(one, now, late)));
    ending.values().removeIf(List::isEmpty);
  }

  private boolean failIfLate(LeaseQuestion question, long nowNanos, EtcdError error) {
    boolean late = question.deadlineNanos() <= nowNanos;
    if (late) {
      fail(question, error);
    }
    return late;
  }

  private void refusePeers() {
    unsent.removeIf(
        question -> {
          boolean foreign = question.asker() instanceof Asker.Peer;
          if (foreign) {
            refuse(question, LeaseAnswer.Outcome.NOT_LEADER);
          }
          return foreign;
        });
  }

  private void forward(long leader) {
    long now = parts.now();
    var frame = LeaseQuestions.newBuilder();
    for (var question = unsent.poll(); question != null; question = unsent.poll()) {
      long id = nextId++;
      sent.put(id, new Sent(question, leader, now));
      add(id, question, leader, frame);
    }
    send(leader, frame);
  }

  /** Under the same numbers, so that an answer that took long still counts. */
  private void askAgain(long leader, long nowNanos) {
    var frame = LeaseQuestions.newBuilder();
    for (var entry : sent.entrySet()) {
      var asked = entry.getValue();
      if (asked.leader != leader || nowNanos - asked.atNanos >= ASK_AGAIN_NANOS) {
        entry.setValue(new Sent(asked.question, leader, nowNanos));
        add(entry.getKey(), asked.question, leader, frame);
      }
    }
    send(leader, frame);
  }

  private void add(long id, LeaseQuestion question, long leader, LeaseQuestions.Builder frame) {
    if (frame.getQuestionsCount() == MAX_QUESTIONS_A_FRAME) {
      send(leader, frame);
    }
    frame.addQuestionsBuilder().setId(id).setLeaseId(question.leaseId()).setRenew(question.renew());
  }

  private void send(long leader, LeaseQuestions.Builder frame) {
    if (frame.getQuestionsCount() > 0) {
      parts.courier().send(leader, frame.build());
      frame.clear();
    }
  }

  // ---- The leader answers -----------------------------------------------------------------------

  private void beginRound(long term) {
    if (inRound) {
      return;
    }
    inRound = true;
    var asked = List.copyOf(unsent);
    unsent.clear();
    parts
        .replica()
        .awaitReadIndex(outcome -> parts.owner().execute(() -> roundEnded(term, asked, outcome)));
  }

  /** Everything acknowledged before the round is applied here, and the lessor has heard of it. */
  private void roundEnded(long term, List<LeaseQuestion> asked, Outcome<Long> outcome) {
    inRound = false;
    switch (outcome) {
      case Outcome.Success<Long> _ -> {
        // A follower's read index is the leader's: only who led throughout has confirmed itself.
        if (office.isHeld() && office.term() == term) {
          answerAll(term, asked);
        } else {
          unsent.addAll(asked);
        }
      }
      case Outcome.Failure<Long>(var error) -> {
        if (error == EtcdError.LEADER_CHANGED) {
          unsent.addAll(asked);
        } else {
          asked.forEach(question -> fail(question, error));
        }
      }
    }
  }

  private void answerAll(long term, List<LeaseQuestion> asked) {
    long now = parts.now();
    var toClear = new ArrayList<Cleared>();
    for (var question : asked) {
      if (question.renew()) {
        renew(question, now, toClear);
      } else {
        tell(question, now);
      }
    }
    for (int from = 0; from < toClear.size(); from += MAX_CLEARED_AT_ONCE) {
      int to = Math.min(toClear.size(), from + MAX_CLEARED_AT_ONCE);
      clear(term, List.copyOf(toClear.subList(from, to)));
    }
  }

  private void renew(LeaseQuestion question, long nowNanos, List<Cleared> toClear) {
    switch (lessor.renew(question.leaseId(), nowNanos)) {
      case Renewal.Renewed(var ttl, var clearFirst) -> {
        var time = new LeaseTime.Living(ttl, ttl);
        parts.counters().renewed().increment();
        if (clearFirst) {
          toClear.add(new Cleared(question, time));
        } else {
          answer(question, time);
        }
      }
      case Renewal.Ending() ->
          ending.computeIfAbsent(question.leaseId(), _ -> new ArrayList<>()).add(question); // L7
      case Renewal.NotFound() -> answer(question, new LeaseTime.Gone());
      case Renewal.NotPrimary() -> unsent.add(question);
    }
  }

  private void tell(LeaseQuestion question, long nowNanos) {
    switch (lessor.timeToLive(question.leaseId(), nowNanos)) {
      case Remaining.Living(var seconds, var granted) ->
          answer(question, new LeaseTime.Living(seconds, granted));
      case Remaining.NotFound() -> answer(question, new LeaseTime.Gone());
      case Remaining.NotPrimary() -> unsent.add(question);
    }
  }

  /** L14: nobody hears of a renewal while a new leader would not know of it. */
  private void clear(long term, List<Cleared> renewals) {
    var command = LeaseCheckpoints.newBuilder().setTerm(term);
    for (var renewal : renewals) {
      command.addCheckpointsBuilder().setLeaseId(renewal.question.leaseId());
    }
    parts
        .replica()
        .proposeAsLeader(
            Command.newBuilder().setLeaseCheckpoints(command).build(),
            outcome ->
                parts
                    .owner()
                    .execute(() -> cleared(term, renewals, outcome instanceof Outcome.Success)));
  }

  private void cleared(long term, List<Cleared> renewals, boolean applied) {
    // In the same office still, the entry was one of its term and has had its effect.
    boolean done = applied && office.isHeld() && office.term() == term;
    for (var renewal : renewals) {
      if (done) {
        answer(renewal.question, renewal.time);
      } else {
        refused.add(renewal.question);
      }
    }
  }

  /** The log says that a lease is gone: those who wait for it may hear so (L7). */
  void removed(long leaseId) {
    var waiting = ending.remove(leaseId);
    if (waiting != null) {
      waiting.forEach(question -> answer(question, new LeaseTime.Gone()));
    }
  }

  /** The next leader may give these leases more time (L7). */
  private void releaseEnding() {
    ending.values().forEach(unsent::addAll);
    ending.clear();
  }

  // ---- Answers go out ---------------------------------------------------------------------------

  private void answer(LeaseQuestion question, LeaseTime time) {
    switch (question.asker()) {
      case Asker.Client(var completion) -> {
        parts.counters().questions().decrement();
        completion.complete(new Outcome.Success<>(time));
      }
      case Asker.Peer(var peer, var id) -> {
        var answer = answersTo(peer).addAnswersBuilder().setId(id);
        switch (time) {
          case LeaseTime.Living(var ttl, var granted) ->
              answer
                  .setOutcome(LeaseAnswer.Outcome.ALIVE)
                  .setTtlSeconds(ttl)
                  .setGrantedSeconds(granted);
          case LeaseTime.Gone() -> answer.setOutcome(LeaseAnswer.Outcome.NOT_FOUND);
        }
      }
    }
  }

  private void fail(LeaseQuestion question, EtcdError error) {
    if (question.asker() instanceof Asker.Client(var completion)) {
      parts.counters().questions().decrement();
      completion.complete(new Outcome.Failure<>(error));
    } else {
      refuse(question, LeaseAnswer.Outcome.NOT_CONFIRMED);
    }
  }

  private void refuse(LeaseQuestion question, LeaseAnswer.Outcome outcome) {
    if (question.asker() instanceof Asker.Peer(var peer, var id)) {
      answersTo(peer).addAnswersBuilder().setId(id).setOutcome(outcome);
    }
  }

  private LeaseAnswers.Builder answersTo(long peer) {
    var gathered = answers.computeIfAbsent(peer, _ -> LeaseAnswers.newBuilder());
    if (gathered.getAnswersCount() == MAX_QUESTIONS_A_FRAME) {
      parts.courier().send(peer, gathered.build());
      gathered.clear();
    }
    return gathered;
  }

  /** Nobody answers any more. */
  void failAll(EtcdError error) {
    releaseEnding();
    sent.values().forEach(asked -> unsent.add(asked.question));
    sent.clear();
    unsent.addAll(refused);
    refused.clear();
    unsent.forEach(question -> fail(question, error));
    unsent.clear();
  }
}
