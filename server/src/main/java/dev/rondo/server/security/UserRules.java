package dev.rondo.server.security;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.InlineParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The rules of a user while they are being changed, one after the other. Confined to one thread. */
final class UserRules {
    final String name;
    boolean enabled;
    boolean needsNoPassword;
    boolean skipsSanitizing;
    final List<String> passwordHashes = new ArrayList<>();
    final SelectorRules root;
    final List<Selector> selectors = new ArrayList<>();

    /** A new user, who may neither log in nor do anything, save listen to all channels where that is the default. */
    UserRules(String name, boolean allChannels) {
        this(name, new SelectorRules(allChannels));
    }

    UserRules(String name, SelectorRules root) {
        this.name = name;
        this.root = root;
    }

    /**
     * Follows one rule; an empty one says nothing.
     *
     * @param allChannels whether selectors begin with the permission for all channels
     */
    void apply(byte[] rule, CommandCatalog catalog, boolean allChannels) throws RuleException {
        if (rule.length == 0) {
            return;
        }
        switch (Ascii.cString(rule).toLowerCase(Locale.ROOT)) {
            case "on" -> enabled = true;
            case "off" -> enabled = false;
            case "skip-sanitize-payload" -> skipsSanitizing = true;
            case "sanitize-payload" -> skipsSanitizing = false;
            case "nopass" -> setPasswords(true);
            case "resetpass" -> setPasswords(false);
            case "clearselectors" -> selectors.clear();
            case "reset" -> reset(allChannels);
            default -> applyPrefixed(rule, catalog, allChannels);
        }
    }

    private void applyPrefixed(byte[] rule, CommandCatalog catalog, boolean allChannels) throws RuleException {
        byte[] operand = Arrays.copyOfRange(rule, 1, rule.length);
        switch (rule[0]) {
            case '>' -> addPassword(Passwords.hash(operand));
            case '#' -> addPassword(checkedHash(operand));
            case '<' -> removePassword(Passwords.hash(operand));
            case '!' -> removePassword(checkedHash(operand));
            default -> {
                if (rule[0] == '(' && rule[rule.length - 1] == ')') {
                    selectors.add(selector(rule, catalog, allChannels));
                } else {
                    root.apply(rule, catalog);
                }
            }
        }
    }

    /** One password, or none where it is empty. */
    void password(byte[] password) {
        setPasswords(password.length == 0);
        if (password.length > 0) {
            addPassword(Passwords.hash(password));
        }
    }

    private void reset(boolean allChannels) {
        enabled = false;
        skipsSanitizing = false;
        setPasswords(false);
        selectors.clear();
        root.reset(allChannels);
    }

    private void setPasswords(boolean needsNone) {
        needsNoPassword = needsNone;
        passwordHashes.clear();
    }

    private void addPassword(String hash) {
        if (!passwordHashes.contains(hash)) {
            passwordHashes.add(hash);
        }
        needsNoPassword = false;
    }

    private void removePassword(String hash) throws RuleException {
        if (!passwordHashes.remove(hash)) {
            throw new RuleException("The password you are trying to remove from the user does not exist");
        }
    }

    private static String checkedHash(byte[] text) throws RuleException {
        String hash = Ascii.string(text);
        if (!Passwords.isHash(hash)) {
            throw new RuleException("The password hash must be exactly 64 characters and contain only lowercase"
                    + " hexadecimal characters");
        }
        return hash;
    }

    /** "(rule rule ...)"; as in Redis, one whose quotes are not closed has no rules, and a zero ends them. */
    private static Selector selector(byte[] text, CommandCatalog catalog, boolean allChannels) throws RuleException {
        SelectorRules rules = new SelectorRules(allChannels);
        int end = Math.min(text.length - 1, Ascii.cString(text).length());
        byte[][] words = InlineParser.split(text, 1, end);
        for (byte[] word : words == null ? new byte[0][] : words) {
            rules.apply(word, catalog);
        }
        return new Selector(rules);
    }
}
