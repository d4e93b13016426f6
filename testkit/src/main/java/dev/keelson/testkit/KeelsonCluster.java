package dev.keelson.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Gives the tests of a class, or one test, a Keelson cluster in this JVM, in memory.
 *
 * <p>Test methods, lifecycle methods and constructors may have parameters of these types:
 *
 * <ul>
 *   <li>{@link dev.keelson.embedded.EmbeddedCluster}: the cluster, with methods to kill, restart,
 *       pause and cut off members;
 *   <li>{@link dev.keelson.client.KeelsonClient}: a client of all members, closed by the extension;
 *   <li>{@code List<String>} with {@link Endpoints}: where the members listen.
 * </ul>
 *
 * <p>On a class, its tests share one cluster: before each of them every member that an earlier one
 * took down is started again, every fault is mended and, unless {@link #keepData} says otherwise,
 * every key is deleted and every lease revoked; so they never run in parallel. On a method, the
 * test has a cluster of its own.
 *
 * <pre>{@code
 * @KeelsonCluster(members = 3)
 * class FailoverTest {
 *   @Test
 *   void anotherLeads(EmbeddedCluster cluster, KeelsonClient client) {
 *     cluster.kill(cluster.awaitLeader());
 *     assertThat(client.kv().get("k")).isEmpty();
 *   }
 * }
 * }</pre>
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@Execution(ExecutionMode.SAME_THREAD)
@ExtendWith(ClusterExtension.class)
public @interface KeelsonCluster {
  /** How many members; an odd number suits. */
  int members() default 1;

  /** Flags of the server for all members, as {@code "auto-compaction-retention=1h"}. */
  String[] flags() default {};

  /** Whether a test finds what the tests of the class before it have left. */
  boolean keepData() default false;
}
