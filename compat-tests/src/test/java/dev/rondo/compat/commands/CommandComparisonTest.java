package dev.rondo.compat.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.compat.wire.Reply;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The comparison finds what differs: each kind of it. */
class CommandComparisonTest {
    private static final MissingCommands NONE = new MissingCommands();

    private static Reply list(Reply... items) {
        return Reply.of(Reply.Type.ARRAY, List.of(items));
    }

    private static Reply words(Reply.Type type, String words) {
        return Reply.of(
                Reply.Type.ARRAY,
                Stream.of(words.split(" ", 0))
                        .filter(w -> !w.isEmpty())
                        .map(w -> Reply.of(type, w))
                        .toList());
    }

    private static Reply entry(String name, long arity, String flags, long key, String tips, Reply... subcommands) {
        return list(
                Reply.bulk(name),
                Reply.integer(arity),
                words(Reply.Type.STATUS, flags),
                Reply.integer(key),
                Reply.integer(key),
                Reply.integer(1),
                words(Reply.Type.STATUS, "@fast @read"),
                words(Reply.Type.BULK, tips),
                list(),
                list(subcommands));
    }

    private static CommandComparison comparison(MissingCommands missing, Reply model, Reply candidate) {
        return new CommandComparison(CommandTables.of(model), CommandTables.of(candidate), missing);
    }

    private static List<String> differences(Reply model, Reply candidate) {
        return comparison(NONE, list(model), list(candidate)).differences();
    }

    @Test
    void theOrderOfWordsDoesNotMatterAndWordsDo() {
        Reply model = entry("get", 2, "readonly fast", 1, "a b c");
        assertEquals(List.of(), differences(model, entry("get", 2, "fast readonly", 1, "c b a")));
        assertEquals(
                List.of("get flags: [fast] instead of [fast, readonly]"),
                differences(model, entry("get", 2, "fast", 1, "a b c")));
        assertEquals(
                List.of("get tips: [a, b] instead of [a, b, c]"),
                differences(model, entry("get", 2, "readonly fast", 1, "a b")));
        assertEquals(
                List.of("get arity: -2 instead of 2"),
                differences(model, entry("get", -2, "fast readonly", 1, "a b c")));
    }

    @Test
    void whatIsMissingIsFoundAndSoIsAnOutdatedReason() {
        Reply sub = entry("config|get", 2, "admin", 0, "");
        Reply model = list(entry("config", -2, "", 0, "", sub), entry("xadd", -5, "write", 1, ""));
        Reply candidate = list(entry("config", -2, "", 0, ""), entry("mine", 1, "", 0, ""));
        CommandComparison bare = comparison(NONE, model, candidate);
        assertEquals(List.of("config|get", "xadd"), bare.unaccounted());
        assertEquals(List.of("mine"), bare.additional());
        CommandComparison listed = comparison(
                new MissingCommands().because("later", "xadd").because("never", "config|get mine"), model, candidate);
        assertEquals(List.of(), listed.unaccounted());
        assertEquals(Map.of("later", List.of("xadd"), "never", List.of("config|get")), listed.missing());
        assertEquals(List.of("mine"), listed.outdated());
    }
}
