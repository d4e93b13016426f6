package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What tests take from the machine and not from this build. A test whose need is missing fails and
 * names what to install; with {@code -Dkeelson.skip.external=true} it is skipped instead.
 */
public final class External {
  public static final Path ETCD = Path.of("/usr/bin/etcd");
  public static final Path ETCDCTL = Path.of("/usr/bin/etcdctl");

  private static final String SKIP = "keelson.skip.external";

  /** Narrower: {@code .ci/run} sets it, and says so, where a container forbids mounts. */
  private static final String SKIP_MOUNTS = "keelson.skip.mounts";

  private External() {}

  public static void needsEtcd() {
    need(Files.isExecutable(ETCD), ETCD + ": install Debian's package etcd-server", SKIP);
  }

  public static void needsEtcdctl() {
    need(Files.isExecutable(ETCDCTL), ETCDCTL + ": install Debian's package etcd-client", SKIP);
  }

  /**
   * @param mounted whether the test could mount what it needs
   */
  public static void needsMount(boolean mounted) {
    need(mounted, "to mount a tmpfs: run as root (CAP_SYS_ADMIN)", SKIP, SKIP_MOUNTS);
  }

  private static void need(boolean met, String what, String... switches) {
    for (String one : switches) {
      assumeTrue(met || !Boolean.getBoolean(one), "needs " + what);
    }
    assertThat(met).as("this test needs %s; -D%s=true skips all such tests", what, SKIP).isTrue();
  }
}
