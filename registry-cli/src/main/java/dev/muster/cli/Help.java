// SPDX-License-Identifier: Apache-2.0
package dev.muster.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ScopeType;

/** The look of the help, the same for all commands. Stateless. */
final class Help {
    private static final int WIDTH = 110;
    private static final int LONGEST_OPTION = 38;

    private Help() {}

    /** Adds what asks for help to the top command, before it has others below it: they inherit it. */
    static void addOptions(CommandLine top) {
        top.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .scopeType(ScopeType.INHERIT)
                        .description("Shows this help.")
                        .build())
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Shows the release of this program.")
                        .build());
    }

    /** Gives the top command and all below it the same look; the exit codes stand at the top only. */
    static void lookAlike(CommandLine top) {
        top.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(exitCodes());
        look(top);
    }

    private static void look(CommandLine command) {
        UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        usage.width(WIDTH)
                .longOptionsMaxWidth(LONGEST_OPTION)
                .sortOptions(false)
                .abbreviateSynopsis(true)
                .synopsisHeading("%nUsage: ")
                .descriptionHeading(usage.description().length == 0 ? "" : "%n")
                .parameterListHeading("%nArguments:%n")
                .optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n")
                .footerHeading("%n");
        command.getSubcommands().values().forEach(Help::look);
    }

    private static Map<String, String> exitCodes() {
        Map<String, String> all = new LinkedHashMap<>();
        Arrays.stream(ExitCode.values()).forEach(code -> all.put(Integer.toString(code.number()), code.meaning()));
        return all;
    }
}
