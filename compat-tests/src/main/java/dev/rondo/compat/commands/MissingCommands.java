package dev.rondo.compat.commands;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The commands of Redis 7.0 that Rondo has not, each with the reason. The list must be exact: what is missing without
 * standing here is an error, and so is what stands here and is there. Manual commands of clusters and replication are
 * not missing: they are there and refuse, with a sentence.
 */
public final class MissingCommands {
    private final Map<String, String> reasons = new LinkedHashMap<>();

    MissingCommands() {}

    MissingCommands because(String reason, String names) {
        for (String name : names.split(" ")) {
            reasons.put(name, reason);
        }
        return this;
    }

    /** What is missing in Rondo: nothing. */
    public static MissingCommands ofRondo() {
        return new MissingCommands();
    }

    /** Why a command is missing; empty if it should be there. */
    Optional<String> reason(String name) {
        return Optional.ofNullable(reasons.get(name));
    }

    /** The names of all commands and subcommands listed. */
    List<String> names() {
        return new ArrayList<>(reasons.keySet());
    }
}
