// SPDX-License-Identifier: Apache-2.0
package dev.muster.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = {"dev.muster.testing", "dev.muster.tests"})
final class ArchitectureTest {
    @ArchTest
    static final ArchRule kitSeesTheRegistryAsItsUsersDo = noClasses()
            .that()
            .resideInAPackage("dev.muster.testing..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.muster.server..",
                    "dev.muster.core..",
                    "dev.muster.v1..",
                    "dev.muster.internal..",
                    "dev.muster.client.internal..",
                    "io.grpc..",
                    "org.apache.ratis..");

    @ArchTest
    static final ArchRule nothingSleeps = noClasses().should().callMethod(Thread.class, "sleep", long.class);

    @ArchTest
    static final ArchRule kitIsNotMeantToBeExtended = classes()
            .that()
            .resideInAPackage("dev.muster.testing..")
            .and()
            .areTopLevelClasses()
            .and()
            .areNotInterfaces()
            .and()
            .doNotHaveSimpleName("package-info")
            .should()
            .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL);
}
