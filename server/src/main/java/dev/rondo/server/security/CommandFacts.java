package dev.rondo.server.security;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the rules need to know of a command or subcommand. Immutable.
 *
 * @param id from 0 to below {@link CommandCatalog#MOST_COMMANDS}
 * @param name in lower case, with the container's: "config|get"
 * @param categories the names of its categories, without '@'
 * @param isFree whether everybody may run it, as AUTH
 * @param keys finds the keys of a request; null for a command that takes none
 * @param channels what it does with channels
 */
public record CommandFacts(
        int id, String name, Set<String> categories, boolean isFree, @Nullable KeyFinder keys, ChannelUse channels) {
    /** Finds the keys among the arguments of a request, the command's name included; none when they are malformed. */
    @FunctionalInterface
    public interface KeyFinder {
        KeyAccess[] find(byte[][] arguments);
    }

    boolean isSubcommand() {
        return name.indexOf('|') >= 0;
    }
}
