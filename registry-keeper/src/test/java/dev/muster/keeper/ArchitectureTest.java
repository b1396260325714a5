// SPDX-License-Identifier: Apache-2.0
package dev.muster.keeper;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

@AnalyzeClasses(packages = "dev.muster.keeper", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule keepersKnowOnlyThePublicClient = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("com.google.protobuf..")
                    .or(resideInAPackage("dev.muster.server.."))
                    .or(resideInAPackage("dev.muster.v1.."))
                    .or(resideInAPackage("dev.muster.internal.."))
                    .or(resideInAPackage("dev.muster.core.."))
                    .or(resideInAPackage("dev.muster.cli.."))
                    .or(resideInAPackage("dev.muster.client.*.."))
                    .or(resideInAPackage("org.apache.ratis..")));

    @ArchTest
    static final ArchRule grpcIsForAskingOnly = noClasses()
            .that()
            .resideOutsideOfPackage("dev.muster.keeper.probe")
            .should()
            .dependOnClassesThat(resideInAPackage("io.grpc.."));

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.muster.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule classesAreFinal = classes()
            .that()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .and()
            .areNotAnonymousClasses()
            .and()
            .doNotHaveSimpleName("package-info")
            .should()
            .haveModifier(JavaModifier.FINAL);

    @ArchTest
    static void everyPackageIsDescribedAndNullMarked(JavaClasses all) {
        assertThat(all.getPackage("dev.muster.keeper").getSubpackagesInTree())
                .allSatisfy(ArchitectureTest::isNullMarked);
        isNullMarked(all.getPackage("dev.muster.keeper"));
    }

    private static void isNullMarked(JavaPackage of) {
        assertThat(of.tryGetPackageInfo()).as(of.getName()).isPresent();
        assertThat(of.isAnnotatedWith(NullMarked.class)).as(of.getName()).isTrue();
    }
}
