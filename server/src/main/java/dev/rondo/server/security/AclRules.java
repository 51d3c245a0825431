package dev.rondo.server.security;

import dev.rondo.server.resp.Ascii;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Makes users of rules, in the language of ACL SETUSER. Thread-safe. */
public final class AclRules {
    private final CommandCatalog catalog;
    private final BooleanSupplier allChannels;

    /** {@code allChannels} says whether a new user may use all channels (acl-pubsub-default). */
    public AclRules(CommandCatalog catalog, BooleanSupplier allChannels) {
        this.catalog = catalog;
        this.allChannels = allChannels;
    }

    public CommandCatalog catalog() {
        return catalog;
    }

    /** A user to whom no rule was applied yet. */
    User newUser(String name) {
        return new User(new UserRules(name, allChannels.getAsBoolean()));
    }

    /**
     * The user that further rules make of {@code before}.
     *
     * @throws RuleException when one of them can't be followed
     */
    User changed(User before, List<byte[]> rules) throws RuleException {
        UserRules changing = before.rules();
        for (byte[] rule : joined(rules)) {
            try {
                changing.apply(rule, catalog, allChannels.getAsBoolean());
            } catch (RuleException e) {
                throw new RuleException(
                        "Error in ACL SETUSER modifier '" + Ascii.cString(rule) + "': " + e.getMessage());
            }
        }
        return new User(changing);
    }

    /**
     * As {@link #changed} of a new user, but goes on after a mistake.
     *
     * @param mistakes takes what is wrong with each rule
     * @return null when there was a mistake
     */
    @Nullable User read(String name, List<byte[]> rules, Mistakes mistakes) {
        UserRules reading = newUser(name).rules();
        boolean flawless = true;
        List<byte[]> all;
        try {
            all = joined(rules);
        } catch (RuleException e) {
            mistakes.unreadable();
            return null;
        }
        for (byte[] rule : all) {
            try {
                reading.apply(rule, catalog, allChannels.getAsBoolean());
            } catch (RuleException e) {
                flawless = false;
                mistakes.wrong(rule, e);
            }
        }
        return flawless ? new User(reading) : null;
    }

    /** What can be wrong with rules that are read. */
    interface Mistakes {
        /** A parenthesis is not closed. */
        void unreadable();

        void wrong(byte[] rule, RuleException why);
    }

    /** The rules with each selector in one piece, though its parts came as rules of their own. */
    private static List<byte[]> joined(List<byte[]> rules) throws RuleException {
        List<byte[]> joined = new ArrayList<>();
        ByteArrayOutputStream open = null;
        byte[] opening = null;
        for (byte[] rule : rules) {
            boolean closes = rule.length > 0 && rule[rule.length - 1] == ')';
            if (open == null && rule.length > 0 && rule[0] == '(' && !closes) {
                open = new ByteArrayOutputStream();
                open.writeBytes(rule);
                opening = rule;
            } else if (open == null) {
                joined.add(rule);
            } else {
                open.write(' ');
                open.writeBytes(Ascii.bytes(Ascii.cString(rule)));
                if (closes) {
                    joined.add(open.toByteArray());
                    open = null;
                }
            }
        }
        if (open != null) {
            throw new RuleException(
                    "Unmatched parenthesis in acl selector starting at '" + Ascii.cString(opening) + "'.");
        }
        return joined;
    }
}
