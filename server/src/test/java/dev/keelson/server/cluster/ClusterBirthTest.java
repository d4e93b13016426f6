package dev.keelson.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterBirthTest {
  private static final Map<String, List<String>> THREE =
      Map.of(
          "m1", List.of("http://127.0.0.1:2380"),
          "m2", List.of("http://127.0.0.1:22380"),
          "m3", List.of("http://127.0.0.1:32380"));

  @Test
  void allMembersComeToTheSameTableWhateverTheOrderTheyWereToldIn() {
    var reversed = new LinkedHashMap<String, List<String>>();
    List.of("m3", "m2", "m1").forEach(name -> reversed.put(name, THREE.get(name)));

    assertThat(ClusterBirth.tableOf(reversed, "t")).isEqualTo(ClusterBirth.tableOf(THREE, "t"));
  }

  @Test
  void anotherTokenMakesAnotherClusterWithOtherMembers() {
    var one = ClusterBirth.tableOf(THREE, "one");
    var other = ClusterBirth.tableOf(THREE, "other");

    assertThat(one.clusterId()).isNotEqualTo(other.clusterId());
    assertThat(one.members()).doesNotContainAnyElementsOf(other.members());
  }

  @Test
  void aMemberFindsItselfByItsPeerUrls() {
    var table = ClusterBirth.tableOf(THREE, "t");

    long id = ClusterBirth.memberId(List.of("http://127.0.0.1:22380"), "t");

    assertThat(table.find(id).orElseThrow().peerUrls()).containsExactly("http://127.0.0.1:22380");
  }

  @Test
  void membersAreListedByUnsignedId() {
    var ids = ClusterBirth.tableOf(THREE, "t").members().stream().map(Member::id).toList();

    assertThat(ids).isSortedAccordingTo(Long::compareUnsigned);
  }
}
