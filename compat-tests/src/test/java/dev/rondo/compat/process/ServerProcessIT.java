package dev.rondo.compat.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The harness on the real server: processes start, freeze, die and come back as the stories tell them to. */
class ServerProcessIT {
    @Test
    void aKilledServerComesBackOnItsPortAndFolder() {
        try (ServerProcess redis = RedisServers.plain()) {
            redis.ask("SET", "key", "value");
            redis.ask("SAVE");

            redis.kill();

            assertFalse(redis.isAlive());
            assertThrows(UncheckedIOException.class, () -> redis.ask("PING"));
            redis.restart();
            assertEquals(Reply.bulk("value"), redis.ask("GET", "key"));
        }
    }

    @Test
    void aPausedServerAnswersOnlyAfterItIsResumed() {
        try (ServerProcess redis = RedisServers.plain();
                RespConnection client = RespConnection.to(redis.port(), 300)) {
            redis.pause();
            assertThrows(UncheckedIOException.class, () -> client.command("PING"));

            redis.resume();

            client.timeoutMs(5000);
            assertEquals(Reply.status("PONG"), client.read());
        }
    }

    @Test
    void anOrderlyStopEndsWithZeroAndCloseRemovesTheFolder() {
        ServerProcess redis = RedisServers.plain();
        assertEquals(0, redis.stop());
        assertTrue(redis.output().contains("Redis is now ready to exit"));

        redis.close();

        assertFalse(Files.exists(redis.folder()));
    }

    @Test
    void aServerThatCannotStartIsReportedWithItsLastWords() {
        IllegalStateException failure =
                assertThrows(IllegalStateException.class, () -> RedisServers.plain("--no-such-directive", "1"));

        assertTrue(failure.getMessage().contains("no-such-directive"), failure.getMessage());
    }
}
