// SPDX-License-Identifier: Apache-2.0
package dev.muster.client;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows and habits of this module, as far as a machine can hold them. */
@AnalyzeClasses(packages = "dev.muster.client", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("dev.muster.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule API_KNOWS_NO_TRANSPORT = noClasses()
            .that()
            .resideInAPackage("dev.muster.client")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "dev.muster.v1..", "dev.muster.client.internal..", "io.grpc..", "io.netty..", "com.google.."));

    @ArchTest
    static final ArchRule TRANSPORT_IS_INTERNAL = noClasses()
            .that()
            .resideOutsideOfPackage("dev.muster.client.internal..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.muster.v1..", "io.grpc..", "io.netty..", "com.google.."));

    @ArchTest
    static final ArchRule CLIENT_KNOWS_NO_SERVER = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "dev.muster.core..", "dev.muster.server..", "dev.muster.internal..", "org.apache.ratis.."));

    @ArchTest
    static final ArchRule INTERNALS_ARE_HIDDEN = classes()
            .that()
            .resideInAPackage("dev.muster.client.internal")
            .and()
            .areTopLevelClasses()
            .and()
            .doNotHaveSimpleName("GrpcClientProvider")
            .and()
            .doNotHaveSimpleName("package-info")
            .should()
            .notBePublic();

    @ArchTest
    static final ArchRule CLASSES_ARE_FINAL = classes()
            .that()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .and()
            .doNotHaveSimpleName("package-info")
            .should()
            .haveModifier(FINAL)
            .orShould(beAnonymous());

    @ArchTest
    static final ArchRule PUBLIC_METHODS_THROW_NOTHING_CHECKED =
            methods().that().arePublic().should(declareNoCheckedException());

    @ArchTest
    static final ArchRule NOBODY_SLEEPS = noClasses().should().callMethod(Thread.class, "sleep", long.class);

    @ArchTest
    static final ArchRule TIME_COMES_FROM_THE_LOOP = noClasses()
            .that()
            .doNotHaveSimpleName("IoLoop")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now");

    @ArchTest
    static final ArchRule NOBODY_PRINTS =
            noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err");

    @Test
    void testsDoNotSleepEither() {
        JavaClasses tests = new ClassFileImporter()
                .withImportOption(new ImportOption.OnlyIncludeTests())
                .importPackages("dev.muster.client");
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(tests);
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() {
        JavaClasses all = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.muster.client");
        List<JavaPackage> packages =
                all.stream().map(JavaClass::getPackage).distinct().toList();

        assertThat(packages)
                .extracting(JavaPackage::getName)
                .contains("dev.muster.client", "dev.muster.client.internal");
        assertThat(packages)
                .allSatisfy(pack -> assertThat(pack.getPackageInfo().isAnnotatedWith(NullMarked.class))
                        .as(pack.getName())
                        .isTrue());
    }

    private static ArchCondition<JavaClass> beAnonymous() {
        return new ArchCondition<>("be anonymous") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                events.add(new SimpleConditionEvent(type, type.isAnonymousClass(), type.getName()));
            }
        };
    }

    private static <T extends JavaCodeUnit> ArchCondition<T> declareNoCheckedException() {
        return new ArchCondition<>("declare no checked exception") {
            @Override
            public void check(T method, ConditionEvents events) {
                boolean checked = method.getExceptionTypes().stream()
                        .anyMatch(type -> !type.isAssignableTo(RuntimeException.class));
                events.add(new SimpleConditionEvent(method, !checked, method.getFullName()));
            }
        };
    }
}
