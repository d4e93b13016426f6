package dev.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.config.ServerCommand;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterPlanTest {
  @Test
  void portsAreThoseOfEtcdsExample() {
    assertThat(new ClusterPlan(5, 2379, "t").members())
        .map(ClusterPlan.PlannedMember::clientPort)
        .containsExactly(2379, 22379, 32379, 42379, 52379);
    assertThat(new ClusterPlan(3, 2379, "t").members())
        .map(ClusterPlan.PlannedMember::peerPort)
        .containsExactly(2380, 22380, 32380);
  }

  @Test
  void aBaseThatLeavesNoRoomIsRefusedWithTheHighestThatDoes() throws UpException {
    assertThatThrownBy(() -> new ClusterPlan(3, 35_535, "t").requireValidPorts())
        .hasMessageContaining("choose at most 35534");
    assertThatThrownBy(() -> new ClusterPlan(5, 15_535, "t").requireValidPorts())
        .hasMessageContaining("choose at most 15534");

    new ClusterPlan(3, 35_534, "t").requireValidPorts();
    new ClusterPlan(5, 15_534, "t").requireValidPorts();
    new ClusterPlan(1, 65_534, "t").requireValidPorts();
  }

  @Test
  void theFlagsOfEachMemberMakeAConfigurationOfTheSameCluster() {
    var plan = new ClusterPlan(3, 2379, "token-1");
    for (var member : plan.members()) {
      var flags = plan.flags(member, Path.of("/data", member.name()));
      var command = ServerCommand.read(flags, Map.of(), ServerCommand.disk());

      assertThat(command).isInstanceOf(ServerCommand.Run.class);
      var config = ((ServerCommand.Run) command).config();
      assertThat(config.identity().name()).isEqualTo(member.name());
      assertThat(config.initialCluster().token()).isEqualTo("token-1");
      assertThat(config.initialCluster().members()).containsOnlyKeys("m1", "m2", "m3");
    }
  }
}
