package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.diff.DumpPayload;
import dev.rondo.compat.process.ServerPair;
import dev.rondo.compat.wire.Escaped;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What DUMP gives on one server RESTORE takes on the other, in both directions; damage is refused and harms nobody. */
class DumpIT {
    private static final int DAMAGES = 200;

    @RegisterExtension
    static final ServerPair SERVERS = new ServerPair();

    private final RespConnection model = SERVERS.model();
    private final RespConnection candidate = SERVERS.candidate();

    @ParameterizedTest
    @EnumSource
    void whatOneServerDumpsTheOtherRestores(SampleValues value) {
        value.write(model, "key");
        value.write(candidate, "key");
        List<String> content = SampleValues.read(model, "key");
        assertEquals(content, SampleValues.read(candidate, "key"));
        thereAndBack(model, candidate, content);
        thereAndBack(candidate, model, content);
    }

    private static void thereAndBack(RespConnection from, RespConnection to, List<String> content) {
        assertEquals(Reply.status("OK"), restore(to, "copy", from.command("DUMP", "key")));
        assertEquals(content, SampleValues.read(to, "copy"));
        assertEquals(Reply.status("OK"), restore(from, "back", to.command("DUMP", "copy")));
        assertEquals(content, SampleValues.read(from, "back"));
        assertEquals(from.command("OBJECT", "ENCODING", "key"), from.command("OBJECT", "ENCODING", "back"));
    }

    private static Reply restore(RespConnection to, String key, Reply payload) {
        return restore(to, key, payload.asText());
    }

    private static Reply restore(RespConnection to, String key, String payload) {
        return to.command("RESTORE", key, "0", payload, "REPLACE");
    }

    @ParameterizedTest
    @EnumSource
    void flippedBytesAreFoundByTheChecksum(SampleValues value) {
        value.write(model, "key");
        String payload = model.command("DUMP", "key").asText();
        Random random = new Random(value.ordinal());
        Reply refusal = Reply.error("ERR DUMP payload version or checksum are wrong");
        for (int i = 0; i < DAMAGES; i++) {
            String damaged = damaged(payload, random);
            assertEquals(refusal, restore(candidate, "copy", damaged), () -> Escaped.quoted(damaged));
            assertEquals(refusal, restore(model, "copy", damaged), () -> Escaped.quoted(damaged));
        }
        assertEquals(Reply.integer(0), candidate.command("EXISTS", "copy"));
    }

    /** Only Rondo is asked: a redis-server that trusts its payloads may not survive this. */
    @ParameterizedTest
    @EnumSource
    void damageUnderARightChecksumIsRefusedOrMakesAValueLikeAnyOther(SampleValues value) {
        value.write(model, "key");
        value.write(candidate, "key");
        Random random = new Random(value.ordinal());
        for (RespConnection origin : List.of(model, candidate)) {
            String body = DumpPayload.body(origin.command("DUMP", "key").asText());
            for (int i = 0; i < DAMAGES; i++) {
                String payload = DumpPayload.of(damaged(body, random), DumpPayload.COMMON_VERSION);
                Reply reply = restore(candidate, "copy", payload);
                if (reply.isError()) {
                    assertEquals(Reply.error("ERR Bad data format"), reply, () -> Escaped.quoted(payload));
                } else {
                    use(payload);
                }
            }
        }
        assertTrue(SERVERS.rondo().isAlive());
        assertFalse(
                SERVERS.rondo().output().contains("OutOfMemory"),
                SERVERS.rondo().tail());
    }

    /**
     * Nothing that is done with the value may fail, and it must be dumped as a value that servers take that know its
     * form.
     */
    private void use(String payload) {
        List<String> content = SampleValues.read(candidate, "copy");
        Reply dumped = candidate.command("DUMP", "copy");
        assertEquals(Reply.status("OK"), restore(candidate, "again", dumped), () -> Escaped.quoted(payload));
        assertEquals(content, SampleValues.read(candidate, "again"), () -> Escaped.quoted(payload));
        if (DumpPayload.versionOf(dumped.asText()) == DumpPayload.COMMON_VERSION) {
            assertEquals(Reply.status("OK"), restore(model, "again", dumped), () -> Escaped.quoted(payload));
            assertEquals(content, SampleValues.read(model, "again"), () -> Escaped.quoted(payload));
        }
    }

    /** With one to three bytes changed, most of them near the beginning, where lengths stand; or cut short. */
    private static String damaged(String bytes, Random random) {
        StringBuilder damaged = new StringBuilder(bytes);
        if (random.nextInt(10) == 0) {
            damaged.setLength(1 + random.nextInt(bytes.length() - 1));
            return damaged.toString();
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(random.nextBoolean() ? Math.min(16, bytes.length()) : bytes.length());
            damaged.setCharAt(at, (char) (damaged.charAt(at) ^ 1 + random.nextInt(255)));
        }
        return damaged.toString();
    }
}
