// SPDX-License-Identifier: Apache-2.0
package dev.muster.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

@AnalyzeClasses(packages = "dev.muster.server", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule onlyTheReplicaOverRatisSeesRatis = noClasses()
            .that()
            .resideOutsideOfPackage("dev.muster.server.raft..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.ratis..");

    @ArchTest
    static final ArchRule onlyTheClientPortSeesGrpcAndNetty = noClasses()
            .that()
            .resideOutsideOfPackage("dev.muster.server.rpc..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "io.netty..");

    @ArchTest
    static final ArchRule serverDoesNotKnowItsClients = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.muster.client..").or(resideInAPackage("dev.muster.cli..")));

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.muster.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule replicaPortKnowsNothingBehindIt = noClasses()
            .that()
            .resideInAPackage("dev.muster.server.replica..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.muster.server.raft..",
                    "dev.muster.server.rpc..",
                    "dev.muster.server.watch..",
                    "dev.muster.server.lease..",
                    "dev.muster.server.storage..");

    @ArchTest
    static final ArchRule raftWatchAndLeaseDoNotKnowEachOtherNorTheClientPort =
            slices().matching("dev.muster.server.(raft|watch|lease)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule onlyProcessesTalkToTheConsole = noClasses()
            .that()
            .doNotHaveSimpleName("Main")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static void everyPackageIsDescribedAndNullMarked(JavaClasses all) {
        JavaPackage root = all.getPackage("dev.muster.server");
        assertThat(root.getSubpackagesInTree()).isNotEmpty().allSatisfy(ArchitectureTest::isNullMarked);
        isNullMarked(root);
    }

    private static void isNullMarked(JavaPackage of) {
        assertThat(of.tryGetPackageInfo()).as(of.getName()).isPresent();
        assertThat(of.isAnnotatedWith(NullMarked.class)).as(of.getName()).isTrue();
    }
}
