// SPDX-License-Identifier: Apache-2.0
package dev.muster.backup;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** A backup can be read and restored with the core alone: no node, no client, no network. */
@AnalyzeClasses(packages = "dev.muster.backup", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule needsNeitherNodesNorClients = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.muster.server..")
                    .or(resideInAPackage("dev.muster.client.."))
                    .or(resideInAPackage("dev.muster.cli.."))
                    .or(resideInAPackage("io.grpc.."))
                    .or(resideInAPackage("org.apache.ratis..")));

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.muster.(**)").should().beFreeOfCycles();
}
