package dev.rondo.server.security;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The rules of a selector while they are being changed, one after the other. Confined to one thread.
 *
 * @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/">the rules</a>
 */
final class SelectorRules {
    /** Whether commands that no catalog knows yet would be allowed: the last word on all commands was "+@all". */
    boolean futureCommands;

    final long[] allowed = new long[CommandCatalog.MOST_COMMANDS / Long.SIZE];
    final Map<Integer, List<String>> firstArguments = new HashMap<>();
    /** What changed the commands since then, without what a later rule made void. */
    final List<String> commandRules = new ArrayList<>();

    boolean allKeys;
    final List<KeyPattern> keys = new ArrayList<>();
    boolean allChannels;
    final List<GlobPattern> channels = new ArrayList<>();

    SelectorRules(boolean allChannels) {
        this.allChannels = allChannels;
    }

    void allowEverything() {
        setKeys(true);
        setChannels(true);
        setCommands(true);
    }

    /** As a new one. */
    void reset(boolean newAllChannels) {
        setKeys(false);
        setChannels(newAllChannels);
        setCommands(false);
    }

    /** Follows one rule; nothing has changed when that fails. */
    void apply(byte[] rule, CommandCatalog catalog) throws RuleException {
        String word = Ascii.cString(rule);
        switch (word.toLowerCase(Locale.ROOT)) {
            case "allkeys", "~*" -> setKeys(true);
            case "resetkeys" -> setKeys(false);
            case "allchannels", "&*" -> setChannels(true);
            case "resetchannels" -> setChannels(false);
            case "allcommands", "+@all" -> setCommands(true);
            case "nocommands", "-@all" -> setCommands(false);
            default -> applyPrefixed(word, rule, catalog);
        }
    }

    private void applyPrefixed(String word, byte[] rule, CommandCatalog catalog) throws RuleException {
        char kind = word.isEmpty() ? 0 : word.charAt(0);
        String operand = kind == 0 ? "" : word.substring(1).toLowerCase(Locale.ROOT);
        boolean allow = kind == '+';
        if (kind == '~' || kind == '%') {
            addKeys(Ascii.string(rule));
        } else if (kind == '&') {
            addChannels(Ascii.string(rule).substring(1));
        } else if (kind != '+' && kind != '-') {
            throw RuleException.syntax();
        } else if (operand.startsWith("@")) {
            changeCategory(operand, allow, catalog);
        } else if (allow && operand.indexOf('|') >= 0) {
            allowPart(operand, catalog);
        } else {
            CommandFacts command = find(operand, catalog);
            changeCommand(command, allow, catalog);
            note(command.name(), allow);
        }
    }

    // ---- keys and channels ----

    private void setKeys(boolean all) {
        allKeys = all;
        keys.clear();
    }

    private void setChannels(boolean all) {
        allChannels = all;
        channels.clear();
    }

    /** "~glob", "%R~glob", "%W~glob" or "%RW~glob". Permissions for the same glob add up. */
    private void addKeys(String rule) throws RuleException {
        if (allKeys) {
            throw new RuleException("Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does"
                    + " not have any effect. Try 'resetkeys' to start with an empty list of patterns");
        }
        boolean reads = rule.charAt(0) == '~';
        boolean writes = reads;
        int at = 1;
        while (rule.charAt(0) == '%' && at < rule.length()) {
            char c = rule.charAt(at++);
            if (c == '~' && (reads || writes)) {
                break;
            }
            boolean reading = (c == 'R' || c == 'r') && !reads;
            boolean writing = (c == 'W' || c == 'w') && !writes;
            if (!reading && !writing) {
                throw RuleException.syntax();
            }
            reads |= reading;
            writes |= writing;
        }
        if (!reads && !writes) {
            throw RuleException.syntax();
        }
        add(new KeyPattern(pattern(rule.substring(at)), reads, writes));
    }

    private void add(KeyPattern added) {
        for (int i = 0; i < keys.size(); i++) {
            KeyPattern present = keys.get(i);
            if (present.glob().equals(added.glob())) {
                keys.set(
                        i,
                        new KeyPattern(
                                present.glob(), present.reads() || added.reads(), present.writes() || added.writes()));
                return;
            }
        }
        keys.add(added);
    }

    private void addChannels(String glob) throws RuleException {
        if (allChannels) {
            throw new RuleException("Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and"
                    + " does not have any effect. Try 'resetchannels' to start with an empty list of channels");
        }
        GlobPattern added = pattern(glob);
        if (!channels.contains(added)) {
            channels.add(added);
        }
    }

    private static GlobPattern pattern(String glob) throws RuleException {
        if (hasBlanks(glob)) {
            throw RuleException.syntax();
        }
        return new GlobPattern(glob);
    }

    /** Whether the text has blanks or zeros in it, which would end it in a file of rules. */
    static boolean hasBlanks(String text) {
        return text.chars().anyMatch(c -> c == ' ' || c >= '\t' && c <= '\r' || c == 0);
    }

    // ---- commands ----

    private void setCommands(boolean all) {
        futureCommands = all;
        Arrays.fill(allowed, all ? -1 : 0);
        firstArguments.clear();
        commandRules.clear();
    }

    private static CommandFacts find(String name, CommandCatalog catalog) throws RuleException {
        CommandFacts command = catalog.find(name);
        if (command == null) {
            throw RuleException.unknownName();
        }
        return command;
    }

    private void changeCategory(String category, boolean allow, CommandCatalog catalog) throws RuleException {
        List<CommandFacts> commands = catalog.category(category.substring(1));
        if (commands == null) {
            throw RuleException.unknownName();
        }
        note(category, allow);
        commands.forEach(command -> changeCommand(command, allow, catalog));
    }

    /** A command, with its subcommands if it has any. */
    private void changeCommand(CommandFacts command, boolean allow, CommandCatalog catalog) {
        change(command.id(), allow);
        firstArguments.remove(command.id());
        catalog.subcommandsOf(command).forEach(sub -> change(sub.id(), allow));
    }

    private void change(int id, boolean allow) {
        long bit = 1L << id;
        allowed[id >> 6] = allow ? allowed[id >> 6] | bit : allowed[id >> 6] & ~bit;
    }

    /** "config|get", a subcommand, or "select|0", a command with a certain first argument. */
    private void allowPart(String operand, CommandCatalog catalog) throws RuleException {
        int bar = operand.lastIndexOf('|');
        String part = operand.substring(bar + 1);
        CommandFacts whole = find(operand.substring(0, bar), catalog);
        if (whole.isSubcommand()) {
            throw new RuleException("Allowing first-arg of a subcommand is not supported");
        }
        if (part.isEmpty()) {
            throw RuleException.syntax();
        }
        if (!catalog.subcommandsOf(whole).isEmpty()) {
            changeCommand(find(operand, catalog), true, catalog);
        } else if (hasBlanks(part)) {
            throw RuleException.syntax(); // redis-server takes it, and ends when it has to show it
        } else {
            allowFirstArgument(whole.id(), part);
        }
        note(operand, true);
    }

    private void allowFirstArgument(int id, String argument) {
        List<String> present = firstArguments.getOrDefault(id, List.of());
        if (!present.contains(argument)) {
            List<String> more = new ArrayList<>(present);
            more.add(argument);
            firstArguments.put(id, List.copyOf(more));
        }
    }

    /** Keeps a rule for the text of all rules; it makes older ones for the same, or for a part of it, void. */
    private void note(String operand, boolean allow) {
        commandRules.removeIf(rule -> {
            String older = rule.substring(1);
            return older.equals(operand) || older.startsWith(operand + "|");
        });
        commandRules.add((allow ? "+" : "-") + operand);
    }
}
