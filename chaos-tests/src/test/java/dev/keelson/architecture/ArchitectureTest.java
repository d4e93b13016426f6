package dev.keelson.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Random;
import java.util.Timer;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The direction of dependencies and the purity of the core, as rules. */
class ArchitectureTest {
  private static final String BASE = "dev.keelson.";

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.keelson");

  @TestFactory
  Stream<DynamicTest> theHouseKeepsItsShape() {
    return Stream.of(purity(), directions(), libraries(), state())
        .flatMap(List::stream)
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(classes)));
  }

  /** A rule about a package that was renamed would check nothing and pass. */
  @TestFactory
  Stream<DynamicTest> everyPackageThatARuleNamesHasClasses() {
    return Stream.of(
            "api",
            "raft",
            "storage",
            "lease",
            "server",
            "client",
            "client.cache",
            "client.recipe",
            "bench",
            "cli",
            "conformance",
            "embedded",
            "testkit",
            "examples",
            "server.time",
            "server.rpc",
            "server.http",
            "server.transport")
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () ->
                        assertThat(classes.that(resideInAPackage(BASE + name + "..")))
                            .isNotEmpty()));
  }

  private static List<ArchRule> purity() {
    return List.of(
        classes()
            .that(resideInAPackage(BASE + "raft.."))
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                    BASE + "raft..",
                    "java.lang",
                    "java.lang.runtime",
                    "java.lang.invoke",
                    "java.util",
                    "java.util.function",
                    "java.util.stream",
                    "org.jspecify.."))
            .because("a whole cluster must run in one thread, from a seed"),
        classes()
            .that(resideInAPackage(BASE + "lease.."))
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                    BASE + "lease..",
                    "java.lang",
                    "java.lang.runtime",
                    "java.lang.invoke",
                    "java.util",
                    "java.util.function",
                    "java.util.stream",
                    "org.jspecify.."))
            .because("leases must expire on virtual time too"),
        noClasses()
            .that(resideInAnyPackage(BASE + "raft..", BASE + "lease.."))
            .should()
            .dependOnClassesThat(belongToAnyOf(Thread.class, Random.class, UUID.class, Timer.class))
            .because("java.lang and java.util let these in, determinism does not"),
        noClasses()
            .that(
                resideInAnyPackage(
                        BASE + "api..",
                        BASE + "raft..",
                        BASE + "storage..",
                        BASE + "lease..",
                        BASE + "server..")
                    .and(not(resideInAPackage(BASE + "server.time.."))))
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .because("time is handed in (TM-mono)"));
  }

  private static List<ArchRule> directions() {
    return List.of(
        knowsOnly("api", "api"),
        knowsOnly("raft", "raft"),
        knowsOnly("storage", "storage", "raft"),
        knowsOnly("lease", "lease"),
        knowsOnly("server", "server", "api", "raft", "storage", "lease"),
        knowsOnly("client", "client", "api"),
        knowsOnly("bench", "bench", "api"),
        knowsOnly("conformance", "conformance", "api"),
        knowsOnly("cli", "cli", "server", "bench", "conformance", "api", "raft", "storage"),
        knowsOnly("embedded", "embedded", "server", "api", "raft", "storage"),
        knowsOnly("testkit", "testkit", "embedded", "client"),
        knowsOnly("examples", "examples", "embedded", "client"),
        noClasses()
            .that(resideInAPackage(BASE + "client"))
            .should()
            .dependOnClassesThat(
                resideInAPackage(BASE + "client..").and(not(resideInAPackage(BASE + "client"))))
            .as("the client knows nothing of what is built on it")
            .because("caches and recipes are made of what users have too"),
        slices()
            .matching(BASE + "server.(*)..")
            .should()
            .beFreeOfCycles()
            .as("packages of the server form no cycle")
            .because("each must be understood without the others"));
  }

  private static ArchRule knowsOnly(String module, String... known) {
    var allowed = Stream.of(known).map(name -> BASE + name + "..").toArray(String[]::new);
    return classes()
        .that(resideInAPackage(BASE + module + ".."))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(allowed).or(not(resideInAPackage("dev.keelson.."))))
        .as(module + " knows only " + String.join(", ", known))
        .because("dependencies point one way");
  }

  private static List<ArchRule> libraries() {
    return List.of(
        noClasses()
            .that(not(resideInAPackage(BASE + "storage..")))
            .should()
            .dependOnClassesThat(resideInAPackage("org.rocksdb.."))
            .as("RocksDB stays behind the store")
            .because("the simulator runs on another engine"),
        noClasses()
            .that(
                not(
                    resideInAnyPackage(
                        BASE + "server.transport..",
                        BASE + "server.http..",
                        BASE + "server.rpc..",
                        BASE + "client",
                        BASE + "bench..",
                        BASE + "conformance..")))
            .should()
            .dependOnClassesThat(resideInAPackage("io.netty.."))
            .as("Netty stays at the edges")
            .because("what decides must run without sockets"),
        noClasses()
            .that(
                not(
                    resideInAnyPackage(
                        BASE + "api..",
                        BASE + "server.rpc..",
                        BASE + "client",
                        BASE + "bench..",
                        BASE + "conformance..",
                        BASE + "chaos.workload..",
                        BASE + "cli..")))
            .should()
            .dependOnClassesThat(resideInAPackage("io.grpc.."))
            .as("gRPC stays at the edges")
            .because("the transport under the handlers can then be exchanged"));
  }

  private static List<ArchRule> state() {
    return List.of(
        fields()
            .that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat(
                resideInAnyPackage(
                    BASE + "raft..",
                    BASE + "storage..",
                    BASE + "server..",
                    BASE + "client..",
                    BASE + "cli..",
                    BASE + "bench..",
                    BASE + "conformance..",
                    BASE + "embedded..",
                    BASE + "testkit..",
                    BASE + "examples.."))
            .should()
            .beFinal()
            .because("there is no static mutable state"));
  }
}
