package dev.rondo.server.security;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A handful of commands, one of each kind that rules treat in its own way. */
final class SmallCatalog {
    static final CommandCatalog CATALOG = new CommandCatalog(
            Set.of("read", "write", "slow", "fast", "admin", "pubsub", "connection", "stream"),
            List.of(
                    command(0, "get", keys(1, true, false), ChannelUse.NONE, "read", "fast"),
                    command(1, "set", keys(1, false, true), ChannelUse.NONE, "write", "slow"),
                    command(2, "append", keys(1, true, true), ChannelUse.NONE, "write", "fast"),
                    command(3, "exists", keys(1, false, false), ChannelUse.NONE, "read", "fast"),
                    command(4, "mget", SmallCatalog::allAreRead, ChannelUse.NONE, "read", "fast"),
                    command(70, "select", null, ChannelUse.NONE, "connection", "fast"),
                    command(71, "config", null, ChannelUse.NONE, "slow"),
                    command(72, "config|get", null, ChannelUse.NONE, "admin", "slow"),
                    command(73, "config|set", null, ChannelUse.NONE, "admin", "slow"),
                    command(74, "publish", null, ChannelUse.PUBLISH, "pubsub", "fast"),
                    command(75, "subscribe", null, ChannelUse.SUBSCRIBE, "pubsub", "slow"),
                    command(76, "psubscribe", null, ChannelUse.SUBSCRIBE_PATTERN, "pubsub", "slow"),
                    new CommandFacts(77, "auth", Set.of("connection"), true, null, ChannelUse.NONE)));

    private SmallCatalog() {}

    private static CommandFacts command(
            int id, String name, CommandFacts.@Nullable KeyFinder keys, ChannelUse channels, String... categories) {
        return new CommandFacts(id, name, Set.of(categories), false, keys, channels);
    }

    private static CommandFacts.KeyFinder keys(int at, boolean reads, boolean writes) {
        KeyAccess[] always = {new KeyAccess(at, reads, writes)};
        return arguments -> always;
    }

    private static KeyAccess[] allAreRead(byte[][] arguments) {
        KeyAccess[] all = new KeyAccess[arguments.length - 1];
        Arrays.setAll(all, i -> new KeyAccess(i + 1, true, false));
        return all;
    }

    static AclRules rules() {
        return new AclRules(CATALOG, () -> false);
    }

    /** A user to whom rules were applied, given in one text and separated by blanks. */
    static User user(String rules) throws RuleException {
        return rules().changed(rules().newUser("alice"), words(rules));
    }

    /** What becomes of a request, given as in {@link #user}: "ok", or why it is refused and at which argument. */
    static String check(User user, String request) {
        List<byte[]> words = words(request);
        String name = Ascii.string(words.get(0));
        CommandFacts command = CATALOG.find(name);
        if (command == null || name.equals("config") && words.size() > 1) {
            command = CATALOG.find(name + "|" + Ascii.string(words.get(1)));
        }
        Denial denial = user.check(command, words.toArray(new byte[0][]));
        return denial == null ? "ok" : denial.reason().logName() + " " + denial.at();
    }

    static List<byte[]> words(String text) {
        List<byte[]> words = new ArrayList<>();
        for (String word : text.split(" ", -1)) {
            words.add(Ascii.bytes(word));
        }
        return words;
    }
}
