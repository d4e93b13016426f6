package dev.keelson.chaos.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a run lays over {@code docker-compose.yml}, and what it expects to find there. */
class ComposeFileTest {
  private static final ComposeFile FILE = ComposeFile.of(41, 3, List.of("--snapshot-count=500"));

  @Test
  void membersGetTheirFlagsAndStayDownWhenTheyAreKilled() {
    assertThat(new ComposeFile("p", "198.18.40", 1, List.of("--a=1", "--b=2")).override())
        .isEqualTo(
            """
            services:
              m1:
                restart: "no"
                command: ["server", "--a=1", "--b=2"]
            """);
  }

  @Test
  void everyProcessHasItsOwnProjectInTheRangeForTests() {
    assertThat(FILE.project()).isEqualTo("keelson-chaos-41");
    assertThat(FILE.address(2)).isEqualTo("198.18.73.13");
    for (long pid = 1; pid < 1_000; pid++) {
      String network = ComposeFile.of(pid, 3, List.of()).network();
      int third = Integer.parseInt(network.substring("198.18.".length()));
      assertThat(third).as("pid %d", pid).isBetween(32, 231);
    }
  }

  @Test
  void theComposeFileHasTheServicesAddressesAndVariables() throws IOException {
    String yml = Files.readString(Path.of("..", "docker-compose.yml"));
    for (int member = 0; member < 3; member++) {
      String number = FILE.address(member).substring(FILE.network().length());
      assertThat(yml)
          .contains("\n  " + ComposeFile.service(member) + ":\n")
          .contains("ipv4_address: ${KEELSON_NET:-198.18.17}" + number + "\n");
    }
    assertThat(FILE.environment()).hasSize(4);
    FILE.environment().keySet().forEach(name -> assertThat(yml).contains("${" + name));
  }

  @Test
  void onlyWhatCutsHaveSwallowedIsCounted() {
    assertThat(
            ComposeLinks.droppedBytes(
                """
                Chain INPUT (policy ACCEPT 12 packets, 3456 bytes)
                    pkts      bytes target     prot opt in     out     source
                       3      180 DROP       0    --  *      *       198.18.73.12         0.0.0.0/0
                       9     1000 ACCEPT     0    --  *      *       0.0.0.0/0            0.0.0.0/0
                       2    40020 DROP       0    --  *      *       198.18.73.13         0.0.0.0/0
                """))
        .isEqualTo(40_200);
  }
}
