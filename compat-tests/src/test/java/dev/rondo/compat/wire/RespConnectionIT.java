package dev.rondo.compat.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RedisServers;
import dev.rondo.compat.process.ServerProcess;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The raw client against the real server: every RESP type arrives as what it is. */
class RespConnectionIT {
    private static ServerProcess redis;

    @BeforeAll
    static void startRedis() {
        redis = RedisServers.plain("--enable-debug-command", "yes");
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @Test
    void everyResp3TypeIsTold() {
        try (RespConnection client = redis.connect()) {
            assertEquals(Reply.Type.MAP, client.command("HELLO", "3").type());
            assertEquals(
                    Reply.Type.BULK,
                    client.command("DEBUG", "PROTOCOL", "string").type());
            assertEquals(
                    Reply.Type.INTEGER,
                    client.command("DEBUG", "PROTOCOL", "integer").type());
            assertEquals(Reply.of(Reply.Type.DOUBLE, "3.141"), client.command("DEBUG", "PROTOCOL", "double"));
            assertEquals(Reply.of(Reply.Type.NULL, ""), client.command("DEBUG", "PROTOCOL", "null"));
            assertEquals(
                    Reply.Type.ARRAY,
                    client.command("DEBUG", "PROTOCOL", "array").type());
            assertEquals(
                    Reply.Type.SET, client.command("DEBUG", "PROTOCOL", "set").type());
            assertEquals(
                    Reply.Type.BIG_NUMBER,
                    client.command("DEBUG", "PROTOCOL", "bignum").type());
            assertEquals(Reply.of(Reply.Type.BOOLEAN, "t"), client.command("DEBUG", "PROTOCOL", "true"));
            assertTrue(client.command("DEBUG", "PROTOCOL", "verbatim").asText().startsWith("txt:"));
            assertEquals(
                    Reply.Type.ATTRIBUTE,
                    client.command("DEBUG", "PROTOCOL", "attrib").type());
        }
    }

    @Test
    void bothNilsOfResp2AreToldApart() {
        try (RespConnection client = redis.connect()) {
            assertEquals(Reply.of(Reply.Type.BULK, (String) null), client.command("GET", "missing"));
            client.command("WATCH", "key");
            redis.ask("SET", "key", "other");
            client.command("MULTI");
            assertEquals(Reply.of(Reply.Type.ARRAY, (String) null), client.command("EXEC"));
        }
    }

    @Test
    void everyByteTravelsUnchanged() {
        StringBuilder bytes = new StringBuilder();
        for (char b = 0; b < 256; b++) {
            bytes.append(b);
        }
        try (RespConnection client = redis.connect()) {
            client.command("SET", bytes.toString(), bytes.toString().repeat(1000));
            assertEquals(Reply.bulk(bytes.toString().repeat(1000)), client.command("GET", bytes.toString()));
            assertEquals(
                    List.of(Reply.bulk(bytes.toString())),
                    client.command("KEYS", "\0*").asList());
        }
    }

    @Test
    void aPipelineIsAnsweredInOrder() {
        try (RespConnection client = redis.connect()) {
            for (int i = 0; i < 1000; i++) {
                client.queue(List.of("ECHO", Integer.toString(i)));
            }
            client.flush();
            for (int i = 0; i < 1000; i++) {
                assertEquals(Integer.toString(i), client.read().asText());
            }
        }
    }
}
