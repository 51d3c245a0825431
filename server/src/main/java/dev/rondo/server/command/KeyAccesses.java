package dev.rondo.server.command;

import dev.rondo.server.security.CommandCatalog;
import dev.rondo.server.security.CommandFacts;
import dev.rondo.server.security.KeyAccess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which keys a request names and what it does with each, for the rules of users: by the key specs, and where these
 * can't tell all, by the command's {@link CommandSpec#keyFinder}. Pure functions.
 */
final class KeyAccesses {
    private static final KeyAccess[] NONE = {};
    private static final byte[][] NO_KEYS = {};
    private static final Set<String> WRITES = Set.of("insert", "update", "delete");

    private KeyAccesses() {}

    /** The commands as the rules see them. */
    static CommandCatalog catalog(CommandTable table) {
        return new CommandCatalog(
                Arrays.stream(Category.values()).map(Category::redisName).toList(),
                table.all().stream().map(KeyAccesses::facts).toList());
    }

    private static CommandFacts facts(CommandSpec spec) {
        return new CommandFacts(
                spec.id(),
                spec.fullName(),
                spec.categories().stream().map(Category::redisName).collect(Collectors.toSet()),
                spec.is(Flag.NO_AUTH),
                spec.hasRealKeys() ? finder(spec) : null,
                spec.channelUse());
    }

    private static CommandFacts.KeyFinder finder(CommandSpec spec) {
        if (spec.hasSingleKey() && !spec.hasVariableKeyFlags()) {
            KeyAccess[] always = {access(1, spec.keySpecs().get(0).flags())};
            return arguments -> arguments.length > 1 ? always : NONE;
        }
        return arguments -> spec.acceptsArity(arguments.length) ? find(spec, arguments) : NONE;
    }

    private static KeyAccess[] find(CommandSpec spec, byte[][] arguments) {
        List<KeyAccess> found = new ArrayList<>();
        List<String> flags = List.of();
        for (KeySpec each : spec.keySpecs()) {
            flags = spec.keyFlags(each, arguments);
            byte[][] keys = each.isNotKey() ? NO_KEYS : each.keys(arguments);
            if (keys == null || keys.length == 0 && each.countAt() != KeySpec.NO_COUNT) {
                found.clear(); // malformed: the command will say so
                break;
            }
            for (byte[] key : keys) {
                found.add(access(indexOf(key, arguments), flags));
            }
        }
        for (byte[] key : spec.furtherKeys(arguments)) {
            int at = indexOf(key, arguments);
            if (found.stream().noneMatch(access -> access.at() == at)) {
                found.add(access(at, flags)); // what no spec can find, the last one describes
            }
        }
        return found.toArray(NONE);
    }

    /** Where this very array stands, not one like it. */
    private static int indexOf(byte[] key, byte[][] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] == key) {
                return i;
            }
        }
        throw new IllegalArgumentException("a key is not among the arguments");
    }

    private static KeyAccess access(int at, List<String> flags) {
        return new KeyAccess(at, flags.contains("access"), flags.stream().anyMatch(WRITES::contains));
    }
}
