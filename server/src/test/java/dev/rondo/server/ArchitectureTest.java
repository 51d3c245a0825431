package dev.rondo.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package may use which: a reader who goes through them in this order meets nothing unexplained. */
@AnalyzeClasses(packages = "dev.rondo", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String SERVER = "dev.rondo.server.";

    @ArchTest
    static final ArchRule packagesUseOnlyThoseBelow = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("root")
            .definedBy("dev.rondo.server")
            .layer("admin")
            .definedBy(SERVER + "admin..")
            .layer("cluster")
            .definedBy(SERVER + "cluster..")
            .layer("replication")
            .definedBy(SERVER + "replication..")
            .layer("info")
            .definedBy(SERVER + "info..")
            .layer("command")
            .definedBy(SERVER + "command..")
            .layer("pubsub")
            .definedBy(SERVER + "pubsub..")
            .layer("security")
            .definedBy(SERVER + "security..")
            .layer("commit")
            .definedBy(SERVER + "commit..")
            .layer("script")
            .definedBy(SERVER + "script..")
            .layer("persistence")
            .definedBy(SERVER + "persistence..")
            .layer("keyspace")
            .definedBy(SERVER + "keyspace..")
            .layer("type")
            .definedBy(SERVER + "type..")
            .layer("net")
            .definedBy(SERVER + "net..")
            .layer("resp")
            .definedBy(SERVER + "resp..")
            .layer("membership")
            .definedBy("dev.rondo.membership..")
            .whereLayer("root")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("admin")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("cluster")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("info")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("replication")
            .mayOnlyBeAccessedByLayers("root", "cluster")
            .whereLayer("command")
            .mayOnlyBeAccessedByLayers("root", "cluster", "info")
            .whereLayer("membership")
            .mayOnlyBeAccessedByLayers("root", "cluster", "replication")
            .whereLayer("pubsub")
            .mayOnlyBeAccessedByLayers("root", "cluster", "info", "command")
            .whereLayer("script")
            .mayOnlyBeAccessedByLayers("root", "cluster", "info", "command")
            .whereLayer("commit")
            .mayOnlyBeAccessedByLayers("root", "cluster", "replication", "command")
            .whereLayer("security")
            .mayOnlyBeAccessedByLayers("root", "info", "command")
            .whereLayer("net")
            .mayOnlyBeAccessedByLayers("root", "admin", "cluster", "info", "command", "pubsub")
            .whereLayer("keyspace")
            .mayOnlyBeAccessedByLayers("root", "cluster", "replication", "info", "command", "pubsub", "commit")
            .whereLayer("type")
            .mayOnlyBeAccessedByLayers(
                    "root", "replication", "command", "persistence", "keyspace", "pubsub", "script", "security");

    @ArchTest
    static final ArchRule dataTypesKnowNoNetworkNoClockAndNoThreads = noClasses()
            .that()
            .resideInAPackage(SERVER + "type..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty..", "java.util.concurrent..", "java.time..", "java.net..", "java.nio.channels..");

    @ArchTest
    static final ArchRule onlyTheNetworkSideKnowsNetty = noClasses()
            .that()
            .resideOutsideOfPackages(SERVER + "net..", SERVER + "admin..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule onlyMembershipKnowsJGroups = noClasses()
            .that()
            .resideOutsideOfPackage("dev.rondo.membership..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.jgroups..");

    @ArchTest
    static final ArchRule onlyScriptsKnowLua = noClasses()
            .that()
            .resideOutsideOfPackage(SERVER + "script..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("party.iroiro.luajava..");
}
