package dev.keelson.chaos.checkers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.chaos.history.Fault;
import dev.keelson.chaos.history.History;
import dev.keelson.chaos.history.Item;
import dev.keelson.chaos.history.KeyRange;
import dev.keelson.chaos.history.Operation;
import dev.keelson.chaos.history.Outcome;
import dev.keelson.chaos.history.Request;
import dev.keelson.chaos.history.Response;
import dev.keelson.raft.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What comes back after the last fault, and how long nothing was written because of one. */
class RecoveryTest {
  private static final Checker CHECKER = new RecoveryChecker(2, Duration.ofSeconds(10));
  private static final long NANOS = 1_000_000_000;
  private static final Bytes KEY = KeyRange.utf8("k");

  private final List<Item> items = new ArrayList<>();

  private void fault(String kind, long from, long until) {
    items.add(new Fault(kind, "member 0", from * NANOS, until * NANOS, true, "seen"));
  }

  private void read(int member, long second) {
    done(
        member,
        second,
        Request.Range.of(KeyRange.single(KEY)),
        new Response.Range(1, List.of(), 0, false));
  }

  private void write(int member, long second) {
    done(member, second, Request.Put.of(KEY, KEY), new Response.Put(second, List.of()));
  }

  private void done(int member, long second, Request request, Response response) {
    long at = second * NANOS;
    items.add(
        new Operation(
            items.size(), 1, member, request, at, at + 1, new Outcome.Ok(1, 1, response)));
  }

  private void ended(long second) {
    items.add(new Item.Mark(Item.Moment.WORK_ENDED, second * NANOS));
  }

  private Verdict verdict() {
    return Judge.judge(History.of(items), List.of(CHECKER));
  }

  @Test
  void aClusterThatServesThroughEveryMemberHasRecovered() {
    fault("kill-leader", 10, 20);
    write(0, 22);
    read(1, 29);
    ended(60);

    assertThat(verdict().found()).doesNotContainKey("recovery");
    assertThat(verdict().gaps()).noneMatch(gap -> gap.contains("last fault"));
  }

  @Test
  void aMemberThatServesTooLateIsConvicted() {
    fault("kill-leader", 10, 20);
    write(0, 22);
    read(1, 31);
    ended(60);

    assertThat(verdict().found()).containsEntry("recovery", 1L);
  }

  @Test
  void aClusterThatOnlyReadsIsConvicted() {
    fault("kill-leader", 10, 20);
    write(0, 19);
    read(0, 22);
    read(1, 22);
    ended(60);

    assertThat(verdict().found()).containsEntry("recovery", 1L);
  }

  @Test
  void aRunThatEndedTooSoonSaysNothing() {
    fault("kill-leader", 10, 20);
    write(0, 22);
    ended(25);

    assertThat(verdict().found()).doesNotContainKey("recovery");
    assertThat(verdict().gaps()).anyMatch(gap -> gap.contains("member 1 served nobody"));
  }

  @Test
  void anOutageIsTheLongestTimeWithoutAWriteAroundALoneFault() {
    write(0, 5);
    write(0, 9);
    fault("kill-leader", 10, 20);
    write(0, 13);
    write(1, 21);
    fault("bridge", 30, 40);
    fault("slow-links", 35, 45);
    write(1, 50);

    assertThat(Outages.of(History.of(items)).longest())
        .containsExactly(Map.entry("kill-leader", Duration.ofSeconds(8)));
  }
}
