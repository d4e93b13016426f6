package dev.keelson.chaos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.keelson.server.Etcdctl;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Users and roles, as somebody makes and uses them with the etcdctl of Debian. */
@Tag("AU41")
class EtcdctlAuthTest extends EtcdctlScenario {
  private static final String ROOT = "--user=root:secret";
  private static final String ALICE = "--user=alice:wonder";

  @AfterEach
  void switchOff() {
    etcdctl().run("auth", "disable", ROOT);
    awaitEverywhere(false);
    for (var user : etcdctl().run("user", "list").out().lines().toList()) {
      prints("user", "delete", user);
    }
    for (var role : etcdctl().run("role", "list").out().lines().toList()) {
      prints("role", "delete", role);
    }
  }

  private void switchOn() {
    prints("user", "add", "root:secret");
    assertThat(prints("auth", "enable")).isEqualTo("Authentication Enabled\n");
    awaitEverywhere(true);
  }

  /** A member that hears of it only while it reads says just that its users are no longer those. */
  private void awaitEverywhere(boolean on) {
    for (String endpoint : cluster().endpoints()) {
      var member = new Etcdctl(List.of(endpoint));
      await()
          .atMost(Clusters.PATIENCE)
          .until(
              () -> member.run("get", "app/a"),
              result ->
                  on
                      ? result.err().contains("etcdserver: user name is empty")
                      : result.exitCode() == 0);
    }
  }

  private String refuses(String... arguments) {
    Etcdctl.Result result = etcdctl().run(arguments);
    assertThat(result.exitCode()).as(result.out()).isNotZero();
    return result.err();
  }

  @Test
  void makesUsersAndRoles() {
    assertThat(prints("role", "add", "app")).isEqualTo("Role app created\n");
    assertThat(prints("user", "add", "alice:wonder")).isEqualTo("User alice created\n");
    assertThat(prints("user", "grant-role", "alice", "app"))
        .isEqualTo("Role app is granted to user alice\n");
    assertThat(prints("role", "grant-permission", "app", "readwrite", "app/", "--prefix=true"))
        .isEqualTo("Role app updated\n");
    assertThat(prints("role", "grant-permission", "app", "read", "config"))
        .isEqualTo("Role app updated\n");
    assertThat(prints("role", "get", "app"))
        .isEqualTo(
            """
            Role app
            KV Read:
            \t[app/, app0) (prefix app/)
            \tconfig
            KV Write:
            \t[app/, app0) (prefix app/)
            """);
    assertThat(prints("user", "get", "alice")).isEqualTo("User: alice\nRoles: app\n");
    assertThat(prints("user", "list")).isEqualTo("alice\n");
    assertThat(prints("role", "list")).isEqualTo("app\n");
    assertThat(prints("role", "revoke-permission", "app", "config"))
        .isEqualTo("Permission of key config is revoked from role app\n");
    assertThat(prints("user", "revoke-role", "alice", "app"))
        .isEqualTo("Role app is revoked from user alice\n");
    assertThat(prints("user", "delete", "alice")).isEqualTo("User alice deleted\n");
    assertThat(prints("role", "delete", "app")).isEqualTo("Role app deleted\n");
  }

  @Test
  void usersDoWhatTheirRolesAllow() {
    prints("role", "add", "app");
    prints("role", "grant-permission", "app", "readwrite", "app/", "--prefix=true");
    prints("user", "add", "alice:wonder");
    prints("user", "grant-role", "alice", "app");
    switchOn();

    assertThat(refuses("get", "app/a")).contains("etcdserver: user name is empty");
    assertThat(refuses("get", "app/a", "--user=alice:wrong"))
        .contains("etcdserver: authentication failed, invalid user ID or password");
    assertThat(prints("put", "app/a", "1", ALICE)).isEqualTo("OK\n");
    assertThat(prints("get", "app/a", ALICE)).isEqualTo("app/a\n1\n");
    assertThat(refuses("put", "other", "1", ALICE)).contains("etcdserver: permission denied");
    assertThat(refuses("get", "", "--prefix=true", ALICE))
        .contains("etcdserver: permission denied");
    assertThat(refuses("user", "list", ALICE)).contains("etcdserver: permission denied");
    assertThat(prints("user", "get", "alice", ALICE)).isEqualTo("User: alice\nRoles: app\n");
    assertThat(prints("user", "list", ROOT)).isEqualTo("alice\nroot\n");
    assertThat(prints("lock", "app/lock", "echo", "held", ALICE)).isEqualTo("held\n");
    prints("endpoint", "health", ALICE); // to be denied is healthy

    assertThat(
            etcdctl()
                .runWithInput("new\n", "user", "passwd", "alice", "--interactive=false", ROOT)
                .out())
        .isEqualTo("Password updated\n");
    assertThat(refuses("get", "app/a", ALICE)).contains("authentication failed");
    assertThat(prints("get", "app/a", "--user=alice:new")).isEqualTo("app/a\n1\n");
    assertThat(prints("auth", "disable", ROOT)).isEqualTo("Authentication Disabled\n");
    awaitEverywhere(false);
    assertThat(prints("del", "app/a")).isEqualTo("1\n");
  }
}
