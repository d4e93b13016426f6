package dev.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterViewTest {
  private final ClusterView view = new ClusterView(List.of("m1", "m2", "m3"));

  @Test
  void anElectionIsOneLineHoweverOftenItIsHeardOf() {
    assertThat(view.observe(all(2, 1))).containsExactly("m2 leads in term 1");
    assertThat(view.observe(all(2, 1))).isEmpty();
    assertThat(view.leaderName()).isEqualTo("m2");
  }

  @Test
  void theLaterTermIsBelievedAndTheEarlierForgotten() {
    view.observe(all(1, 4));
    var mixed = new HashMap<>(all(1, 4));
    mixed.put("m3", Optional.of(new MemberStatus(3, 2, 5)));

    assertThat(view.observe(mixed)).containsExactly("m2 leads in term 5");
    assertThat(view.observe(all(1, 4))).as("who has not heard yet").isEmpty();
  }

  @Test
  void aClusterWithoutALeaderIsNewsOnceAndItsReturnToo() {
    view.observe(all(1, 4));

    assertThat(view.observe(all(0, 5))).isEmpty();
    assertThat(view.observe(all(0, 5))).containsExactly("no leader: writes wait");
    assertThat(view.observe(all(0, 6))).isEmpty();
    assertThat(view.observe(all(1, 7))).containsExactly("m1 leads in term 7");
  }

  @Test
  void theSameLeaderInTheSameTermIsNewsAfterASilence() {
    view.observe(all(1, 4));
    view.observe(all(0, 4));
    view.observe(all(0, 4));

    assertThat(view.observe(all(1, 4))).containsExactly("m1 leads in term 4");
  }

  @Test
  void beforeTheFirstElectionThereIsNothingToMiss() {
    assertThat(view.observe(all(0, 0))).isEmpty();
    assertThat(view.observe(all(0, 0))).isEmpty();
    assertThat(view.leaderName()).isEmpty();
  }

  @Test
  void oneUnansweredQuestionIsNoNewsTwoAre() {
    view.observe(all(1, 4));
    var silent = new HashMap<>(all(1, 4));
    silent.put("m3", Optional.empty());

    assertThat(view.observe(silent)).isEmpty();
    assertThat(view.observe(silent)).containsExactly("m3 does not answer");
    assertThat(view.observe(silent)).isEmpty();
    assertThat(view.observe(all(1, 4))).containsExactly("m3 answers again");
  }

  @Test
  void aMemberThatStartsAgainIsBackOnceItAnswers() {
    view.observe(all(1, 4));
    view.down("m3");
    var without = new HashMap<>(all(1, 4));
    without.remove("m3");
    assertThat(view.observe(without)).isEmpty();
    var starting = new HashMap<>(all(1, 4));
    starting.put("m3", Optional.empty());
    for (int round = 0; round < 5; round++) {
      assertThat(view.observe(starting)).isEmpty();
    }

    assertThat(view.observe(all(1, 4))).containsExactly("m3 is back");
    assertThat(view.observe(all(1, 4))).isEmpty();
  }

  @Test
  void aLeaderThatNeverAnsweredIsCalledByItsId() {
    var answers =
        Map.of("m1", Optional.of(new MemberStatus(1, 0xabcL, 2)), "m2", none(), "m3", none());

    assertThat(view.observe(answers)).containsExactly("member abc leads in term 2");
  }

  private static Optional<MemberStatus> none() {
    return Optional.empty();
  }

  private static Map<String, Optional<MemberStatus>> all(long leader, long term) {
    return Map.of(
        "m1", Optional.of(new MemberStatus(1, leader, term)),
        "m2", Optional.of(new MemberStatus(2, leader, term)),
        "m3", Optional.of(new MemberStatus(3, leader, term)));
  }
}
