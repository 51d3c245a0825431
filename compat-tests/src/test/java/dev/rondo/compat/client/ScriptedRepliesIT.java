package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.compat.process.ServerPair;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations whose every reply and message must be as redis-server's: above all pub/sub, in RESP2 and RESP3. */
class ScriptedRepliesIT {
    @RegisterExtension
    static final ServerPair SERVERS = new ServerPair();

    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                a> SUBSCRIBE one two one
                b> PUBLISH one hello
                b> PUBLISH three nobody
                b> PUBSUB NUMSUB one two three
                a> UNSUBSCRIBE one
                b> PUBLISH one gone
                b> PUBSUB CHANNELS
                a> UNSUBSCRIBE
                a> UNSUBSCRIBE
                a> UNSUBSCRIBE never
                a> GET key
                """,
                """
                a> PSUBSCRIBE n?ws w*
                a> SUBSCRIBE news
                b> PUBLISH news twice
                b> PUBLISH weather once
                b> PUBSUB NUMPAT
                b> PUBSUB CHANNELS n*
                b> PUBSUB CHANNELS x*
                a> PUNSUBSCRIBE w*
                a> PUNSUBSCRIBE
                a> UNSUBSCRIBE
                b> PUBSUB NUMPAT
                """,
                """
                a> SUBSCRIBE x
                a> GET key
                a> SET key value
                a> MULTI
                a> HELLO 3
                a> PING
                a> PING text
                a> NOSUCH
                a> PUBLISH x self
                a> RESET
                a> GET key
                """,
                """
                a> HELLO 3 SETNAME resp3
                a> SUBSCRIBE one two
                a> SET key value
                a> GET key
                b> PUBLISH one other
                b> PUBLISH two other
                a> PSUBSCRIBE t*
                b> PUBLISH two both
                a> UNSUBSCRIBE one
                a> UNSUBSCRIBE
                a> UNSUBSCRIBE
                a> PUNSUBSCRIBE
                a> PING
                """,
                """
                a> SSUBSCRIBE shard
                b> SPUBLISH shard hello
                b> PUBLISH shard classic
                b> PUBSUB SHARDCHANNELS
                b> PUBSUB SHARDCHANNELS s*
                b> PUBSUB SHARDNUMSUB shard none
                b> PUBSUB CHANNELS
                a> SUNSUBSCRIBE shard
                a> SUNSUBSCRIBE
                a> SUNSUBSCRIBE
                """,
                """
                a> MULTI
                a> SUBSCRIBE inside
                a> SET key value
                a> EXEC
                b> PUBLISH inside later
                a> UNSUBSCRIBE
                """,
                """
                a> MULTI
                a> PUBLISH x y
                a> SET k v
                a> EXEC
                b> SUBSCRIBE x
                a> MULTI
                a> PUBLISH x 1
                a> PUBLISH x 2
                a> EXEC
                """,
                """
                a> SUBSCRIBE
                a> PSUBSCRIBE
                a> PUBLISH
                a> PUBLISH x
                a> PUBLISH x y z
                a> PUBSUB
                a> PUBSUB NOSUCH
                a> PUBSUB NUMPAT extra
                a> PUBSUB NUMSUB
                a> SSUBSCRIBE
                """,
                """
                a> QUIT
                """,
                """
                a> SUBSCRIBE x
                a> QUIT
                b> PUBSUB NUMSUB x
                """,
                """
                a~> CLIENT REPLY SKIP
                a~> SET skipped 1
                a> GET skipped
                a> CLIENT REPLY ON
                """,
                """
                a~> CLIENT REPLY OFF
                a~> SET silent 1
                a> CLIENT REPLY ON
                b> GET silent
                a> GET silent
                """,
                """
                a> CLIENT SETNAME victim
                b> CLIENT KILL TYPE nosuch
                b> CLIENT KILL ID 999999
                b> CLIENT KILL ADDR 1.2.3.4:5
                b> CLIENT KILL LADDR
                b> CLIENT KILL ID abc
                b> CLIENT KILL USER nobody
                a> CLIENT KILL 1.2.3.4:5
                a> PING
                """,
                """
                a> WATCH k
                b> SET k other
                a> MULTI
                a> GET k
                a> EXEC
                a> WATCH k
                a> WATCH j
                b> DEL k
                a> UNWATCH
                a> MULTI
                a> SET k mine
                a> WATCH k
                a> MULTI
                a> EXEC
                a> EXEC
                a> DISCARD
                """,
                """
                a> SWAPDB 0 99
                a> SWAPDB -1 0
                a> SWAPDB x 0
                a> SWAPDB 0 99999999999
                a> SWAPDB 1 1
                a> WATCH k
                b> SELECT 1
                b> SET k one
                b> SWAPDB 0 1
                b> GET k
                a> MULTI
                a> GET k
                a> EXEC
                a> GET k
                a> WATCH j
                b> SWAPDB 1 0
                a> MULTI
                a> SWAPDB 0 1
                a> GET k
                a> EXEC
                a> GET k
                """,
                """
                a> REPLICAOF NO ONE
                a> FAILOVER
                a> FAILOVER ABORT
                a> BGSAVE junk
                a> BGSAVE SCHEDULE junk
                a> MODULE LIST
                a> MODULE NOSUCH
                a> MEMORY DOCTOR x
                a> MEMORY PURGE
                a> MEMORY USAGE none
                a> MEMORY USAGE none SAMPLES
                a> MEMORY USAGE none SAMPLES -1
                a> MEMORY USAGE none SAMPLES x
                a> OBJECT FREQ none
                a> MULTI
                a> SAVE
                a> PSYNC x 1
                a> SYNC
                a> EXEC
                """,
                """
                a> WATCH k
                b> FLUSHALL
                a> MULTI
                a> EXEC
                b> SET k v
                a> WATCH k
                b> FLUSHALL
                a> MULTI
                a> EXEC
                a> WATCH gone
                b> EXPIRE gone 100
                a> MULTI
                a> EXEC
                """,
                """
                a> MULTI
                a> NOSUCH
                a> GET
                a> SET k v
                a> EXEC
                a> MULTI
                a> INCR k EXTRA
                a> DISCARD
                a> MULTI
                a> SET k abc
                a> INCR k
                a> GET k
                a> EXEC
                """,
                """
                a> WAIT 0 10
                a> WAIT 1 10
                a> WAIT -1 10
                a> WAIT 0 -1
                a> WAIT abc 10
                a> WAIT 0
                a> MULTI
                a> WAIT 1 0
                a> EXEC
                """,
                """
                a> CONFIG GET maxclients
                a> CONFIG GET nosuch*
                a> CONFIG SET nosuch 1
                a> CONFIG SET maxclients
                a> CONFIG SET maxclients abc
                a> CONFIG SET timeout 100 timeout 200
                a> CONFIG GET timeout
                a> CONFIG SET timeout 0
                a> CONFIG RESETSTAT
                a> CONFIG
                a> CONFIG NOSUCH
                a> HELLO 3
                a> CONFIG GET timeout
                """,
                """
                a> HELLO 3
                a> CLIENT TRACKING ON
                a> CLIENT TRACKINGINFO
                a> CLIENT GETREDIR
                a> GET k
                b> SET k v
                b> SET k w
                a> MGET k l
                a> SET k own
                a> CLIENT TRACKING ON NOLOOP
                a> CLIENT TRACKINGINFO
                a> GET k
                a> SET k x
                a> GET k
                b> DEL k
                a> CLIENT TRACKING ON
                a> MULTI
                a> GET k
                a> SET k y
                a> SET l z
                a> EXEC
                b> FLUSHALL
                a> FLUSHDB
                a> GET k
                a> SET k v
                a> INCR k
                a> CLIENT TRACKING OFF
                a> CLIENT GETREDIR
                a> GET k
                b> SET k v
                a> RESET
                a> CLIENT TRACKINGINFO
                """,
                """
                a> HELLO 3
                a> CLIENT CACHING YES
                a> CLIENT TRACKING ON OPTIN
                a> GET k
                b> SET k 1
                a> CLIENT CACHING NO
                a> CLIENT CACHING YES
                a> CLIENT TRACKINGINFO
                a> GET k
                a> CLIENT TRACKINGINFO
                a> GET l
                b> MSET k 2 l 2
                a> CLIENT CACHING YES
                a> MULTI
                a> GET k
                a> GET l
                a> EXEC
                b> MSET k 2 l 2
                a> CLIENT TRACKING ON OPTOUT
                a> CLIENT TRACKING OFF
                a> CLIENT TRACKING ON OPTOUT
                a> CLIENT CACHING YES
                a> CLIENT CACHING NO
                a> CLIENT TRACKINGINFO
                a> GET k
                a> GET l
                b> MSET k 2 l 2
                """,
                """
                a> HELLO 3
                a> CLIENT TRACKING ON BCAST PREFIX user: PREFIX item:
                a> CLIENT TRACKINGINFO
                b> MSET user:2 x other y user:1 z item:9 a
                b> SET user:3 x
                a> SET item:1 own
                b> FLUSHALL
                a> CLIENT TRACKING ON BCAST PREFIX us
                a> CLIENT TRACKING ON BCAST PREFIX a PREFIX ab
                a> CLIENT TRACKING ON BCAST NOLOOP PREFIX x
                a> SET x1 own
                b> SET x2 other
                a> CLIENT TRACKING ON
                a> CLIENT TRACKING OFF
                a> CLIENT TRACKING ON BCAST
                b> SET anything x
                """,
                """
                a> CLIENT TRACKING
                a> CLIENT TRACKING MAYBE
                a> CLIENT TRACKING ON NOSUCH
                a> CLIENT TRACKING ON PREFIX a
                a> CLIENT TRACKING ON PREFIX
                a> CLIENT TRACKING ON BCAST OPTIN
                a> CLIENT TRACKING ON OPTIN OPTOUT
                a> CLIENT TRACKING ON REDIRECT abc
                a> CLIENT TRACKING ON REDIRECT 999999
                a> CLIENT TRACKING OFF NOSUCH
                a> CLIENT CACHING MAYBE
                a> CLIENT CACHING
                a> CLIENT GETREDIR extra
                a> CLIENT TRACKINGINFO extra
                a> CLIENT TRACKING ON
                a> CLIENT CACHING MAYBE
                a> CLIENT CACHING YES
                a> GET k
                b> SET k v
                """,
                """
                b> CONFIG SET notify-keyspace-events txgmKE$
                b> CONFIG GET notify-keyspace*
                b> CONFIG SET notify-keyspace-events KEa
                b> CONFIG SET notify-keyspace-events KEAn
                a> PSUBSCRIBE __key*@*__:*
                b> SET k v PX 100000
                b> RENAME k l
                b> MULTI
                b> SADD s 1 2
                b> SPOP s 2
                b> EXEC
                b> ZADD z INCR 1 m
                b> ZREMRANGEBYRANK z 0 -1
                b> MOVE l 1
                b> CONFIG SET notify-keyspace-events K
                b> SET k v
                """,
                """
                a> DEBUG
                a> MEMORY
                a> MEMORY NOSUCH
                a> MEMORY USAGE
                a> MEMORY USAGE nokey
                a> MEMORY USAGE nokey SAMPLES abc
                a> SHUTDOWN nosuch
                a> SHUTDOWN SAVE NOSAVE
                a> SHUTDOWN ABORT
                """,
                """
                a> COMMAND COUNT extra
                a> COMMAND INFO nosuch get
                a> COMMAND LIST FILTERBY nosuch x
                a> COMMAND LIST FILTERBY PATTERN nosuch*
                a> COMMAND LIST FILTERBY ACLCAT nosuch
                a> COMMAND GETKEYS
                a> COMMAND GETKEYS GET k
                a> COMMAND GETKEYS NOSUCH a
                a> COMMAND GETKEYS MSET a 1 b 2
                a> COMMAND GETKEYS LCS a b
                a> COMMAND NOSUCH
                """
            })
    void everyReplyIsThatOfRedis(String text) {
        Script script = new Script(text);
        List<List<String>> expected = script.playOn(SERVERS.redis(), null);

        List<List<String>> actual = script.playOn(SERVERS.rondo(), expected);

        assertEquals(joined(expected), joined(actual));
    }

    /** Since Redis 7.2; before, the message came first, even in the middle of EXEC's reply. */
    @Test
    void aMessageToOneselfComesAfterTheReply() {
        try (RespConnection client = SERVERS.rondo().connect()) {
            client.command("HELLO", "3");
            client.command("SUBSCRIBE", "self");
            Reply message =
                    Reply.of(Reply.Type.PUSH, List.of(Reply.bulk("message"), Reply.bulk("self"), Reply.bulk("text")));

            assertEquals(Reply.integer(1), client.command("PUBLISH", "self", "text"));
            assertEquals(message, client.read());

            client.command("MULTI");
            client.command("PUBLISH", "self", "text");
            client.command("ECHO", "last");
            assertEquals(
                    Reply.of(Reply.Type.ARRAY, List.of(Reply.integer(1), Reply.bulk("last"))), client.command("EXEC"));
            assertEquals(message, client.read());
        }
    }

    private static String joined(List<List<String>> transcript) {
        return String.join("\n", transcript.stream().flatMap(List::stream).toList());
    }
}
