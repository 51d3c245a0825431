package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.compat.process.ServerPair;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.RespConnection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who of several waiting clients is served, when and with what: as redis-server does it. */
class BlockingRepliesIT {
    @RegisterExtension
    static final ServerPair SERVERS = new ServerPair();

    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                a~> BLPOP list 0
                b~> BRPOP other list 0
                c~> BLMPOP 0 1 list LEFT COUNT 5
                d> RPUSH list 1 2 3 4 5
                d> EXISTS list
                """,
                """
                a~> BLPOP list 0
                b~> BLPOP other list 0
                d> SELECT 1
                d> RPUSH list 1 2 3
                d> SET other x
                d> SWAPDB 0 1
                d> SELECT 0
                d> LRANGE list 0 -1
                """,
                """
                a~> BLPOP list 0
                b~> BLPOP list 0
                c~> BLPOP list 0
                d> RPUSH list 1
                d> RPUSH list 2
                d> RPUSH list 3
                d> RPUSH list 4
                d> LRANGE list 0 -1
                """,
                """
                a~> BLPOP list 0
                d> MULTI
                d> RPUSH list x
                d> DEL list
                d> EXEC
                d> MULTI
                d> RPUSH list y
                d> LPUSH list z
                d> LRANGE list 0 -1
                d> EXEC
                d> LRANGE list 0 -1
                """,
                """
                a~> BLPOP list 0
                d> MULTI
                d> RPUSH list x
                d> DEL list
                d> SET list word
                d> EXEC
                d> DEL list
                d> RPUSH list y
                """,
                """
                a> MULTI
                a> BLPOP list 0
                a> BLMOVE list to LEFT LEFT 0
                a> BRPOPLPUSH list to 0
                a> BLMPOP 0 2 list to RIGHT
                a> EXEC
                """,
                """
                a> HELLO 3
                a> MULTI
                a> BLPOP list 0
                a> BLMOVE list to LEFT LEFT 0
                a> EXEC
                a~> BLMPOP 0 2 list to RIGHT COUNT 2
                d> RPUSH to x y z
                """,
                """
                a~> BLMOVE a b LEFT RIGHT 0
                b~> BLMOVE b c LEFT LEFT 0
                c~> BRPOPLPUSH c d 0
                e~> BLPOP d 0
                d> RPUSH a x
                d> EXISTS a b c d
                """,
                """
                a~> BLMOVE a b LEFT RIGHT 0
                b~> BLMOVE b a LEFT RIGHT 0
                d> RPUSH a x
                d> LRANGE a 0 -1
                d> LRANGE b 0 -1
                """,
                """
                a~> BLMOVE a c LEFT RIGHT 0
                b~> BLMOVE b c LEFT RIGHT 0
                d> MULTI
                d> RPUSH b fromb
                d> RPUSH a froma
                d> EXEC
                d> LRANGE c 0 -1
                """,
                """
                a~> BRPOPLPUSH list list 0
                b~> BRPOPLPUSH list list 0
                d> RPUSH list 1 2 3
                d> LRANGE list 0 -1
                """,
                """
                d> SET word x
                a~> BLMOVE list word LEFT LEFT 0
                b~> BLPOP list 0
                d> RPUSH list 1
                d> EXISTS list
                a> BLPOP word 0
                a> BLPOP none word list 0
                a> BLMOVE word list LEFT LEFT 0
                """,
                """
                a~> BLPOP list 0
                a~> PING
                a~> BLPOP list 0
                a~> ECHO end
                d> RPUSH list 1
                d> RPUSH list 2
                """,
                """
                d> RPUSH from x y
                a~> BLPOP list 0
                d> RENAME from list
                d> LRANGE list 0 -1
                b~> BLPOP copy 0
                d> COPY list copy
                d> EXISTS copy
                d> SELECT 1
                c> SELECT 1
                c~> BLPOP list 0
                d> SELECT 0
                d> MOVE list 1
                """,
                """
                a~> BLPOP list 0
                d> LPUSHX list x
                d> LINSERT list BEFORE a b
                d> FLUSHALL
                d> SET list word
                d> APPEND list s
                d> DEL list
                d> LPUSH list z
                """,
                """
                a~> BLPOP k1 k2 k1 0
                d> MULTI
                d> RPUSH k1 x
                d> RPUSH k2 y
                d> EXEC
                d> LLEN k1
                d> LLEN k2
                """,
                """
                a~> BLPOP k1 k2 0
                d> MULTI
                d> RPUSH k2 y
                d> RPUSH k1 x
                d> EXEC
                d> LLEN k1
                d> LLEN k2
                """,
                """
                a> BLPOP list 0.01
                a> BRPOP list 1e-3
                a> BLMOVE list to LEFT RIGHT .01
                a> BRPOPLPUSH list to 0.01
                a> BLMPOP 0.01 1 list LEFT
                a> BLPOP list 0x0.1
                a> BLPOP list -1
                a> BLPOP list -0.5
                a> BLPOP list abc
                a> BLPOP list nan
                a> BLPOP list -inf
                a> BLPOP list
                a> BLMOVE a b LEFT UP 0
                a> BLMOVE a b LEFT RIGHT x
                a> BLMPOP x 0 a LEFT
                a> BLMPOP x 1 a LEFT
                a> BLMPOP 0 0 a LEFT
                a> BLMPOP 0 1 a LEFT COUNT 0
                a> BLMPOP 0 1 a LEFT COUNT 1 COUNT 1
                a> BLMPOP 0 1 a UP
                """,
                """
                a~> CLIENT REPLY SKIP
                a~> BLPOP list 0
                d> RPUSH list 1
                a> PING
                """,
                """
                a~> XREAD BLOCK 0 STREAMS s $
                b~> XREAD COUNT 1 BLOCK 0 STREAMS other s 0 0-0
                c~> XREAD BLOCK 0 STREAMS s 5-0
                d> XADD s 1-0 f v
                d> XADD s 5-1 f w
                d> XLEN s
                """,
                """
                d> XGROUP CREATE s g $ MKSTREAM
                d> XGROUP CREATE s h $
                a~> XREADGROUP GROUP g a BLOCK 0 STREAMS s >
                b~> XREADGROUP GROUP g b BLOCK 0 STREAMS s >
                c~> XREADGROUP GROUP h c BLOCK 0 NOACK STREAMS s >
                e~> XREAD BLOCK 0 STREAMS s $
                d> XADD s 1-0 f v
                d> XADD s 2-0 f w
                d> XPENDING s g
                d> XPENDING s h
                d> XINFO GROUPS s
                """,
                """
                a> HELLO 3
                d> XGROUP CREATE s g $ MKSTREAM
                a~> XREADGROUP GROUP g a COUNT 1 BLOCK 0 STREAMS s >
                d> MULTI
                d> XADD s 1-0 f v
                d> XADD s 2-0 f w
                d> EXEC
                a> XREADGROUP GROUP g a COUNT 1 BLOCK 0 STREAMS s >
                a> XREADGROUP GROUP g a BLOCK 1 STREAMS s >
                a~> XREAD BLOCK 0 STREAMS s $
                d> XDEL s 1-0 2-0
                d> XSETID s 3-0
                d> XADD s 3-1 f x
                a> XREADGROUP GROUP g a BLOCK 0 STREAMS s 0
                """,
                """
                d> XADD from 1-0 f v
                a~> XREAD BLOCK 0 STREAMS s 0
                d> RENAME from s
                b~> XREAD BLOCK 0 STREAMS copy 0
                d> COPY s copy
                a~> XREAD BLOCK 0 STREAMS s $
                d> DEL s
                d> SET s word
                d> DEL s
                d> XADD s 2-0 f w
                """,
                """
                d> XGROUP CREATE s g $ MKSTREAM
                a~> XREADGROUP GROUP g a BLOCK 0 STREAMS s >
                d> XGROUP SETID s g 0
                d> XGROUP CREATECONSUMER s g b
                d> XGROUP DELCONSUMER s g a
                d> XTRIM s MAXLEN 0
                d> XADD s 7-0 f v
                d> XPENDING s g - + 10 b
                """,
                """
                a> XREAD BLOCK -1 STREAMS s 0
                a> XREAD BLOCK x STREAMS s 0
                a> XREAD BLOCK 1.5 STREAMS s 0
                a> XREAD BLOCK 1 STREAMS s $
                a> MULTI
                a> XREAD BLOCK 0 STREAMS s $
                a> XREADGROUP GROUP g c BLOCK 0 STREAMS s >
                a> EXEC
                a> SET word x
                a> XREAD BLOCK 0 STREAMS s word 0 0
                a> XREADGROUP GROUP g c BLOCK 0 STREAMS s >
                """,
                """
                a~> BLPOP list 0
                d> CLIENT UNBLOCK 0
                d> CLIENT UNBLOCK 99999 TIMEOUT
                d> CLIENT UNBLOCK 99999 ERROR
                d> CLIENT UNBLOCK 99999 NOW
                d> CLIENT UNBLOCK abc
                d> CLIENT UNBLOCK 1 TIMEOUT x
                d> RPUSH list 1
                """
            })
    void everyReplyIsThatOfRedis(String text) {
        Script script = new Script(text);
        List<List<String>> expected = script.playOn(SERVERS.redis(), null);

        List<List<String>> actual = script.playOn(SERVERS.rondo(), expected);

        assertEquals(joined(expected), joined(actual));
    }

    private static String joined(List<List<String>> transcript) {
        return String.join("\n", transcript.stream().flatMap(List::stream).toList());
    }

    @Test
    void clientsAreUnblockedAsInRedis() {
        assertEquals(unblock(SERVERS.redis()), unblock(SERVERS.rondo()));
    }

    private static List<String> unblock(ServerProcess server) {
        List<String> heard = new ArrayList<>();
        for (String command : List.of(
                "BLPOP l 0", "BLMOVE l m LEFT LEFT 0", "BLMPOP 0 1 l LEFT", "XREAD BLOCK 0 STREAMS s $", "WAIT 9 0")) {
            for (String reason : List.of("TIMEOUT", "ERROR")) {
                try (RespConnection waiting = server.connect();
                        RespConnection other = server.connect()) {
                    String id = Long.toString(waiting.command("CLIENT", "ID").asLong());
                    waiting.queue(List.of(command.split(" ")));
                    waiting.flush();
                    while (!isBlocked(other, id)) {
                        Thread.onSpinWait();
                    }
                    heard.add(other.command("CLIENT", "UNBLOCK", id, reason).toString());
                    heard.add(waiting.read().toString());
                    heard.add(other.command("CLIENT", "UNBLOCK", id, reason).toString());
                }
            }
        }
        return heard;
    }

    private static boolean isBlocked(RespConnection connection, String id) {
        return connection.command("CLIENT", "LIST", "ID", id).asText().contains(" flags=b ");
    }
}
