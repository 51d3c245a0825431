package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.commands.CommandComparison;
import dev.rondo.compat.commands.CommandTables;
import dev.rondo.compat.commands.MissingCommands;
import dev.rondo.compat.process.ServerPair;
import dev.rondo.compat.wire.Reply;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What clients learn from COMMAND is what they learn from redis-server, and the list of what is missing is exact. */
class CommandMetadataIT {
    @RegisterExtension
    static final ServerPair SERVERS = new ServerPair();

    private static CommandComparison comparison() {
        return new CommandComparison(
                CommandTables.of(SERVERS.redis()), CommandTables.of(SERVERS.rondo()), MissingCommands.ofRondo());
    }

    @Test
    void everyCommandIsDescribedAsByRedis() {
        assertEquals("", String.join("\n", comparison().differences()));
    }

    @Test
    void noCommandIsMissingWithoutAReason() {
        assertEquals(List.of(), comparison().unaccounted());
    }

    @Test
    void whatIsListedAsMissingIsMissing() {
        assertEquals(List.of(), comparison().outdated(), "strike these off the list in MissingCommands");
    }

    @Test
    void commandCountAgreesWithTheList() {
        assertEquals(
                SERVERS.rondo().ask("COMMAND", "COUNT").asLong(),
                SERVERS.rondo().ask("COMMAND", "LIST").asTexts().stream()
                        .filter(name -> !name.contains("|"))
                        .count());
    }

    @Test
    void everyCommandHasDocs() {
        for (String name : SERVERS.rondo().ask("COMMAND", "LIST").asTexts()) {
            List<Reply> docs = SERVERS.rondo().ask("COMMAND", "DOCS", name).asList();
            assertEquals(name, docs.get(0).asText());
            List<Reply> fields = docs.get(1).asList();
            assertTrue(fields.contains(Reply.bulk("summary")) && fields.contains(Reply.bulk("group")), name);
        }
    }
}
