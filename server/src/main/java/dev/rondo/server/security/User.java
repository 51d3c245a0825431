package dev.rondo.server.security;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A user as the rules describe it now: how to log in, and what it may do. Immutable: new rules make a new user, which
 * takes the old one's place in its {@link Account}.
 */
public final class User {
    public static final String DEFAULT_NAME = "default";

    private final String name;
    private final boolean enabled;
    private final boolean needsNoPassword;
    private final boolean skipsSanitizing;
    private final List<String> passwordHashes;
    private final List<Selector> selectors;
    private final boolean unrestricted;

    User(UserRules rules) {
        name = rules.name;
        enabled = rules.enabled;
        needsNoPassword = rules.needsNoPassword;
        skipsSanitizing = rules.skipsSanitizing;
        passwordHashes = List.copyOf(rules.passwordHashes);
        List<Selector> all = new ArrayList<>();
        all.add(new Selector(rules.root));
        all.addAll(rules.selectors);
        selectors = List.copyOf(all);
        unrestricted = selectors.stream().anyMatch(Selector::isUnrestricted);
    }

    /**
     * The user "default" as long as nothing else is said: everybody is logged in as this one, and may do everything.
     */
    static User initialDefault() {
        UserRules rules = new UserRules(DEFAULT_NAME, true);
        rules.enabled = true;
        rules.needsNoPassword = true;
        rules.root.allowEverything();
        return new User(rules);
    }

    /** The rules that lead here, to be changed. */
    UserRules rules() {
        UserRules rules = new UserRules(name, selectors.get(0).rules());
        rules.enabled = enabled;
        rules.needsNoPassword = needsNoPassword;
        rules.skipsSanitizing = skipsSanitizing;
        rules.passwordHashes.addAll(passwordHashes);
        rules.selectors.addAll(selectors.subList(1, selectors.size()));
        return rules;
    }

    /** Any bytes, one char each. */
    public String name() {
        return name;
    }

    // ---- login ----

    public boolean isEnabled() {
        return enabled;
    }

    /** Whether any password will do. */
    public boolean needsNoPassword() {
        return needsNoPassword;
    }

    /** Whether a client that knows this password may log in as this user. */
    public boolean admits(byte[] password) {
        return enabled && (needsNoPassword || Passwords.matches(password, passwordHashes));
    }

    // ---- permissions ----

    /** Whether this user may run every request there can be, which is what most requests need to know. */
    public boolean isUnrestricted() {
        return unrestricted;
    }

    /** Why this user may not run a request; null when it may. */
    public @Nullable Denial check(CommandFacts command, byte[][] arguments) {
        if (unrestricted) {
            return null;
        }
        KeyAccess[] keys = null;
        Denial worst = Denial.COMMAND;
        for (Selector selector : selectors) {
            if (!selector.allowsCommand(command, arguments)) {
                continue;
            }
            CommandFacts.KeyFinder finder = command.keys();
            if (finder != null && !selector.hasAllKeys()) {
                keys = keys == null ? finder.find(arguments) : keys;
                int refused = selector.refusedKey(keys, arguments);
                if (refused >= 0) {
                    worst = worst.orWorse(Denial.Reason.KEY, refused);
                    continue;
                }
            }
            int refused = selector.refusedChannel(command.channels(), arguments);
            if (refused < 0) {
                return null;
            }
            worst = worst.orWorse(Denial.Reason.CHANNEL, refused);
        }
        return worst;
    }

    /** Whether this user may run a request that reads keys which nobody can tell from its arguments. */
    public boolean mayReadAnyKeyWith(CommandFacts command, byte[][] arguments) {
        if (unrestricted) {
            return true;
        }
        for (Selector selector : selectors) {
            CommandFacts.KeyFinder finder = command.keys();
            boolean allowed = selector.mayReadAnyKey()
                    && selector.allowsCommand(command, arguments)
                    && (finder == null || selector.refusedKey(finder.find(arguments), arguments) < 0)
                    && selector.refusedChannel(command.channels(), arguments) < 0;
            if (allowed) {
                return true;
            }
        }
        return false;
    }

    /**
     * The channels to which listeners must be held after {@code before} has become this user; null when they have lost
     * nothing.
     */
    @Nullable Set<GlobPattern> channelsLeftAfter(User before) {
        Set<GlobPattern> left = new LinkedHashSet<>();
        for (Selector selector : selectors) {
            if (selector.hasAllChannels()) {
                return null;
            }
            left.addAll(selector.channels());
        }
        boolean keepsAll = before.selectors.stream()
                .allMatch(selector -> !selector.hasAllChannels() && left.containsAll(selector.channels()));
        return keepsAll ? null : left;
    }

    // ---- description ----

    /** One set of permissions in words, as ACL GETUSER shows it. */
    public record Permissions(String commands, String keys, String channels) {}

    /** The permissions: the user's own, then those of each selector in parentheses. */
    public List<Permissions> permissions() {
        return selectors.stream()
                .map(selector -> new Permissions(selector.commandText(), selector.keyText(), selector.channelText()))
                .toList();
    }

    /** The words about login and payloads: "on", "nopass", "sanitize-payload" and so on. */
    public List<String> flags() {
        List<String> flags = new ArrayList<>();
        flags.add(enabled ? "on" : "off");
        if (needsNoPassword) {
            flags.add("nopass");
        }
        flags.add(skipsSanitizing ? "skip-sanitize-payload" : "sanitize-payload");
        return flags;
    }

    /** SHA-256 of each password, in hexadecimal digits. */
    public List<String> passwordHashes() {
        return passwordHashes;
    }

    /** The rules that make this user of a new one, separated by blanks. */
    public String description() {
        List<String> parts = new ArrayList<>(flags());
        passwordHashes.forEach(hash -> parts.add("#" + hash));
        parts.add(selectors.get(0).toString());
        selectors.stream().skip(1).forEach(selector -> parts.add("(" + selector + ")"));
        return String.join(" ", parts);
    }

    /** The line that stands for the user in a file of users. */
    @Override
    public String toString() {
        return "user " + name + " " + description();
    }
}
