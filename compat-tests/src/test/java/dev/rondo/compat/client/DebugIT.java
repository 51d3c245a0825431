package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.compat.process.ServerPair;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The subcommands of DEBUG that test suites use, as redis-server has them. */
class DebugIT {
    @RegisterExtension
    static final ServerPair SERVERS = new ServerPair("--enable-debug-command", "yes");

    private final RespConnection model = SERVERS.model();
    private final RespConnection candidate = SERVERS.candidate();

    private void bothAnswerAlike(String... words) {
        assertEquals(model.command(words), candidate.command(words), String.join(" ", words));
    }

    @ParameterizedTest
    @EnumSource
    void fingerprintsOfEqualValuesAreEqualAndOutlastAReload(SampleValues value) {
        for (RespConnection connection : List.of(model, candidate)) {
            value.write(connection, "key");
            connection.command("SET", "other", "x", "EX", "1000");
        }
        if (!value.hasScores()) {
            bothAnswerAlike("DEBUG", "DIGEST-VALUE", "key", "none", "other");
            bothAnswerAlike("DEBUG", "DIGEST");
        }
        List<String> content = SampleValues.read(candidate, "key");
        Reply digest = candidate.command("DEBUG", "DIGEST");
        assertEquals(Reply.status("OK"), candidate.command("DEBUG", "RELOAD"));
        assertEquals(digest, candidate.command("DEBUG", "DIGEST"));
        assertEquals(content, SampleValues.read(candidate, "key"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "string",
                "integer",
                "double",
                "null",
                "array",
                "set",
                "map",
                "attrib",
                "push",
                "verbatim",
                "true",
                "false",
                "bignum",
                "junk"
            })
    void everyTypeOfReplyCanBeAskedFor(String type) {
        bothAnswerAlike("DEBUG", "PROTOCOL", type);
        model.command("HELLO", "3");
        candidate.command("HELLO", "3");
        bothAnswerAlike("DEBUG", "PROTOCOL", type);
    }

    @Test
    void keysArePopulatedAlike() {
        for (RespConnection connection : List.of(model, candidate)) {
            connection.command("SET", "p:1", "mine");
        }
        bothAnswerAlike("DEBUG", "POPULATE", "3");
        bothAnswerAlike("DEBUG", "POPULATE", "3", "p");
        bothAnswerAlike("DEBUG", "POPULATE", "3", "q", "20");
        bothAnswerAlike("DEBUG", "POPULATE", "3", "r", "3");
        bothAnswerAlike("DEBUG", "DIGEST");
        bothAnswerAlike("DEBUG", "POPULATE", "x");
        bothAnswerAlike("DEBUG", "POPULATE", "-1");
        bothAnswerAlike("DEBUG", "POPULATE", "1", "p", "x");
    }

    @Test
    void whatIsUnknownIsRefusedAlike() {
        bothAnswerAlike("DEBUG", "NOSUCH");
        bothAnswerAlike("DEBUG", "SLEEP");
        bothAnswerAlike("DEBUG", "DIGEST", "x");
        bothAnswerAlike("DEBUG", "POPULATE");
        bothAnswerAlike("DEBUG", "RELOAD", "junk");
        bothAnswerAlike("DEBUG", "ERROR", "MYERR text");
    }
}
