package dev.rondo.server.security;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * One set of permissions of a user: commands, keys and channels. A request may run if one selector of its user allows
 * all of it. Immutable; the permission for each command is decided in advance.
 */
final class Selector {
    private final boolean futureCommands;
    private final long[] allowed;
    private final boolean allCommands;
    private final Map<Integer, List<String>> firstArguments;
    private final List<String> commandRules;
    private final boolean allKeys;
    private final List<KeyPattern> keys;
    private final boolean allChannels;
    private final List<GlobPattern> channels;

    Selector(SelectorRules rules) {
        futureCommands = rules.futureCommands;
        allowed = rules.allowed.clone();
        allCommands = isFull(allowed);
        firstArguments = Map.copyOf(rules.firstArguments);
        commandRules = List.copyOf(rules.commandRules);
        allKeys = rules.allKeys;
        keys = List.copyOf(rules.keys);
        allChannels = rules.allChannels;
        channels = List.copyOf(rules.channels);
    }

    private static boolean isFull(long[] bits) {
        for (long word : bits) {
            if (word != -1) {
                return false;
            }
        }
        return true;
    }

    /** The rules that lead here, to be changed. */
    SelectorRules rules() {
        SelectorRules rules = new SelectorRules(allChannels);
        rules.futureCommands = futureCommands;
        System.arraycopy(allowed, 0, rules.allowed, 0, allowed.length);
        rules.firstArguments.putAll(firstArguments);
        rules.commandRules.addAll(commandRules);
        rules.allKeys = allKeys;
        rules.keys.addAll(keys);
        rules.channels.addAll(channels);
        return rules;
    }

    // ---- checks ----

    /** Whether any request may run. */
    boolean isUnrestricted() {
        return allCommands && allKeys && allChannels;
    }

    boolean hasAllKeys() {
        return allKeys;
    }

    boolean hasAllChannels() {
        return allChannels;
    }

    List<GlobPattern> channels() {
        return channels;
    }

    boolean allowsCommand(CommandFacts command, byte[][] arguments) {
        int id = command.id();
        if (allCommands || command.isFree() || (allowed[id >> 6] & 1L << id) != 0) {
            return true;
        }
        List<String> first = firstArguments.get(id);
        if (first == null || arguments.length < 2) {
            return false;
        }
        for (String each : first) {
            if (Ascii.equalsIgnoreCase(arguments[1], each)) {
                return true;
            }
        }
        return false;
    }

    /** The argument that is the first key refused, -1 when all are allowed. */
    int refusedKey(KeyAccess[] accesses, byte[][] arguments) {
        for (KeyAccess access : accesses) {
            if (!allowsKey(access, arguments[access.at()])) {
                return access.at();
            }
        }
        return -1;
    }

    private boolean allowsKey(KeyAccess access, byte[] key) {
        if (allKeys) {
            return true;
        }
        for (KeyPattern pattern : keys) {
            if (pattern.allows(access, key)) {
                return true;
            }
        }
        return false;
    }

    /** Whether every key may be read. */
    boolean mayReadAnyKey() {
        return allKeys
                || keys.stream()
                        .anyMatch(pattern -> pattern.reads() && pattern.glob().matchesAnything());
    }

    /** The argument that is the first channel refused, -1 when all are allowed. */
    int refusedChannel(ChannelUse use, byte[][] arguments) {
        if (allChannels) {
            return -1;
        }
        int end = use.end(arguments);
        for (int i = 1; i < end; i++) {
            if (!allowsChannel(channels, arguments[i], use == ChannelUse.SUBSCRIBE_PATTERN)) {
                return i;
            }
        }
        return -1;
    }

    /** A pattern to listen to is allowed only if it is one of the patterns; no pattern is taken apart. */
    static boolean allowsChannel(Collection<GlobPattern> patterns, byte[] channel, boolean isPattern) {
        for (GlobPattern pattern : patterns) {
            if (isPattern ? pattern.is(channel) : pattern.matches(channel)) {
                return true;
            }
        }
        return false;
    }

    // ---- text ----

    /** The rules for commands, which always begin with all or none: "-@all +@read -config|get". */
    String commandText() {
        String base = futureCommands ? "+@all" : "-@all";
        return commandRules.isEmpty() ? base : base + " " + String.join(" ", commandRules);
    }

    /** The rules for keys: "~*", "~app:* %R~shared:*", or nothing. */
    String keyText() {
        return allKeys
                ? "~*"
                : String.join(" ", keys.stream().map(KeyPattern::toString).toList());
    }

    /** The rules for channels: "&*", "&news.*", or nothing. */
    String channelText() {
        return allChannels
                ? "&*"
                : String.join(" ", channels.stream().map(c -> "&" + c).toList());
    }

    /** All rules, as ACL LIST shows them. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        parts.add(keyText());
        parts.add(allChannels ? "" : "resetchannels");
        parts.add(channelText());
        parts.add(commandText());
        parts.removeIf(String::isEmpty);
        return String.join(" ", parts);
    }
}
