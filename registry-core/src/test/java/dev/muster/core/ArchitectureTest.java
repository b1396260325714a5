// SPDX-License-Identifier: Apache-2.0
package dev.muster.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Comparator;
import java.util.List;

/** The core is pure, its packages form a tree, and its siblings do not know each other. */
@AnalyzeClasses(packages = "dev.muster.core", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final List<String> SIBLINGS = List.of("catalog", "lease", "session", "event", "keyspace");
    private static final List<String> FORMATS = List.of("log", "snapshot");
    private static final List<String> LEAVES = List.of("collect", "hash", "key");

    @ArchTest
    static final ArchRule dependsOnNothingWithEffects = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "",
                    "dev.muster.core..",
                    "dev.muster.v1",
                    "dev.muster.internal.v1",
                    "com.google.protobuf",
                    "com.google.common.hash",
                    "io.vavr..",
                    "org.jspecify.annotations",
                    "java.lang..",
                    "java.util",
                    "java.util.function",
                    "java.util.zip",
                    "java.io",
                    "java.nio",
                    "java.nio.charset");

    @ArchTest
    static final ArchRule knowsNoClockNoThreadNoChanceNoFile = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(File|RandomAccess|Print|Console).*"
                    + "|java\\.lang\\.(System|Thread|Process|Runtime|ClassLoader)(\\$.*|Local|Group|Builder)?"
                    + "|java\\.lang\\.(reflect|ref)\\..*"
                    + "|java\\.util\\.(Random|SplittableRandom|UUID|Timer|Date|Calendar|Locale|Scanner).*"
                    + "|java\\.util\\.(Properties|WeakHashMap|IdentityHashMap)");

    @ArchTest
    static final ArchRule walksNoHashTable = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(Validation.class.getName())
            .should()
            .dependOnClassesThat()
            .haveNameMatching("(java\\.util|io\\.vavr\\.collection)\\.(Linked)?Hash(Map|Set).*")
            .because("its order may differ between nodes; the one exception only asks whether a key is new");

    @ArchTest
    static final ArchRule noPackageCycles =
            slices().matching("dev.muster.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule classesAreFinal = classes()
            .that()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .and()
            .areNotAnonymousClasses()
            .should()
            .haveModifier(JavaModifier.FINAL);

    @ArchTest
    static final ArchRule checkedExceptionsAreNamed = classes().should(new ArchCondition<>("throw no bare Exception") {
        @Override
        public void check(JavaClass item, ConditionEvents events) {
            item.getMethods().stream()
                    .filter(method -> method.getThrowsClause().containsType(Exception.class)
                            || method.getThrowsClause().containsType(Throwable.class))
                    .forEach(method -> events.add(
                            SimpleConditionEvent.violated(method, method.getFullName() + " throws anything")));
        }
    });

    @ArchTest
    static void siblingsDoNotKnowEachOther(JavaClasses classes) {
        for (String sibling : SIBLINGS) {
            List<String> others =
                    SIBLINGS.stream().filter(other -> !other.equals(sibling)).toList();
            noClasses()
                    .that()
                    .resideInAnyPackage(inCore(List.of(sibling)))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(inCore(others))
                    .check(classes);
        }
    }

    @ArchTest
    static void nobodyKnowsWhatIsBuiltUponIt(JavaClasses classes) {
        noClasses()
                .that()
                .resideInAPackage("dev.muster.core")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(inCore(FORMATS))
                .check(classes);
        noClasses()
                .that()
                .resideInAnyPackage(inCore(SIBLINGS))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.muster.core")
                .check(classes);
        noClasses()
                .that()
                .resideInAnyPackage(inCore(LEAVES))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(inCore(SIBLINGS))
                .check(classes);
    }

    @ArchTest
    static void everyPackageSaysWhatItIsFor(JavaClasses classes) {
        List<JavaPackage> packages = classes.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .sorted(Comparator.comparing(JavaPackage::getName))
                .toList();
        assertThat(packages)
                .hasSizeGreaterThan(8)
                .allSatisfy(each -> assertThat(each.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
                        .as("%s has a package-info with @NullMarked", each.getName())
                        .isTrue());
    }

    private static String[] inCore(List<String> names) {
        return names.stream().map(name -> "dev.muster.core." + name + "..").toArray(String[]::new);
    }
}
