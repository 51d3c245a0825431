package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the comparison with redis-server cannot see: replies of Redis 7.2, chance, and what no request may cost. */
class SortedSetCommandsTest {
    private PlainNode node;
    private WireClient client;

    @BeforeEach
    void start() {
        node = new PlainNode();
        client = node.connect();
        call("ZADD z 1 a 2 b 3 c 4 d");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Object call(String words) {
        return client.call(words.split(" "));
    }

    @Test
    void rankWithScore() {
        assertEquals(List.of(1L, "2"), call("ZRANK z b WITHSCORE"));
        assertEquals(List.of(2L, "2"), call("ZREVRANK z b withscore"));
        assertNull(call("ZRANK z nobody WITHSCORE"));
        assertNull(call("ZRANK nokey b WITHSCORE"));
        assertEquals(new Err("ERR syntax error"), call("ZRANK z b WITHSCORES"));
        assertEquals(
                new Err("ERR wrong number of arguments for 'zrank' command"), call("ZRANK z b WITHSCORE WITHSCORE"));
        call("HELLO 3");
        assertEquals(List.of(1L, 2.0), call("ZRANK z b WITHSCORE"));
    }

    @Test
    void scoresAreDoublesInPairsInResp3() {
        assertEquals(List.of("a", "1", "b", "2"), call("ZRANGE z 0 1 WITHSCORES"));
        call("HELLO 3");
        assertEquals(List.of(List.of("a", 1.0), List.of("b", 2.0)), call("ZRANGE z 0 1 WITHSCORES"));
        assertEquals(1.0, call("ZSCORE z a"));
        assertEquals(List.of("d", 4.0), call("ZPOPMAX z"));
        assertEquals(List.of(List.of("c", 3.0)), call("ZPOPMAX z 1"));
        assertEquals(List.of("z", List.of(List.of("b", 2.0))), call("ZMPOP 1 z MAX"));
    }

    @Test
    void differentMembersAtRandomAreDifferentAndAllComeUp() {
        HashSet<Object> seen = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            List<?> chosen = (List<?>) call("ZRANDMEMBER z 2");
            assertEquals(2, new HashSet<>(chosen).size());
            seen.addAll(chosen);
            seen.add(call("ZRANDMEMBER z"));
        }
        assertEquals(new HashSet<>(List.of("a", "b", "c", "d")), seen);
    }

    @Test
    void aNumberAloneCostsNothing() {
        for (String huge : List.of("-9223372036854775808", "-9223372036854775807", "-999999999")) {
            assertTrue(((Err) call("ZRANDMEMBER z " + huge)).text().startsWith("ERR value is out of range"), huge);
        }
        String most = Long.toString(Long.MAX_VALUE);
        assertEquals(4, ((List<?>) call("ZRANDMEMBER z " + most)).size());
        assertEquals(List.of("a", "b", "c", "d"), call("ZRANGE z -" + most + " " + most));
        assertEquals(List.of(), call("ZRANGE z " + most + " -" + most));
        assertEquals(List.of(), call("ZRANGEBYSCORE z -inf inf LIMIT " + most + " " + most));
        assertEquals(List.of(), call("ZRANGEBYLEX z - + LIMIT " + most + " 1"));
        assertEquals(new Err("ERR syntax error"), call("ZUNION " + most + " z"));
        assertEquals(new Err("ERR syntax error"), call("ZMPOP " + most + " z MIN"));
        assertEquals(8, ((List<?>) call("ZPOPMIN z " + most)).size());
    }

    @Test
    void anotherTypeIsRefusedAndNothingHappens() {
        call("SET s 1");
        Err wrongType = new Err("WRONGTYPE Operation against a key holding the wrong kind of value");
        for (String command : List.of(
                "ZADD s 1 a",
                "ZINCRBY s 1 a",
                "ZRANGESTORE z s 0 1",
                "ZUNIONSTORE z 2 z s",
                "ZMPOP 2 s z MIN",
                "GEOADD s 1 1 a",
                "GEOSEARCHSTORE z s FROMLONLAT 1 1 BYRADIUS 1 m",
                "ZREMRANGEBYRANK s 0 -1")) {
            assertEquals(wrongType, call(command), command);
        }
        assertEquals("1", call("GET s"));
        assertEquals(4L, call("ZCARD z"));
    }

    @Test
    void theKeyGoesWithItsLastMember() {
        call("ZREM z a b");
        assertEquals(1L, call("EXISTS z"));
        call("ZREMRANGEBYRANK z 0 0");
        call("ZPOPMIN z 5");
        assertEquals(0L, call("EXISTS z"));
    }

    @Test
    void aStoredResultTakesThePlaceOfAnythingAndAnEmptyOneRemovesIt() {
        call("SET s 1 EX 100");
        assertEquals(4L, call("ZUNIONSTORE s 1 z"));
        assertEquals(-1L, call("TTL s"));
        assertEquals(0L, call("ZDIFFSTORE s 2 z z"));
        assertEquals(0L, call("EXISTS s"));
    }

    @Test
    void aScanMeetsEveryMemberThatStaysWhateverComesAndGoes() {
        for (int i = 0; i < 500; i++) {
            call("ZADD large " + i + " stays" + i);
        }
        HashSet<Object> met = new HashSet<>();
        String cursor = "0";
        int step = 0;
        do {
            List<?> reply = (List<?>) call("ZSCAN large " + cursor + " COUNT 20");
            cursor = (String) reply.get(0);
            List<?> elements = (List<?>) reply.get(1);
            for (int i = 0; i < elements.size(); i += 2) {
                met.add(elements.get(i));
            }
            for (int i = 0; i < 40; i++) {
                call("ZADD large 5 new" + step + ":" + i);
                call("ZREM large new" + (step - 3) + ":" + i);
            }
            step++;
        } while (!cursor.equals("0"));
        for (int i = 0; i < 500; i++) {
            assertTrue(met.contains("stays" + i));
        }
        assertEquals(List.of("0", List.of("b", "2")), call("ZSCAN z 0 MATCH b COUNT 1"));
        assertEquals(List.of("0", List.of()), call("ZSCAN nokey 0 nonsense"));
        assertEquals(call("ZSCAN z 0"), client.call("ZSCAN", "z", "\0 and more"));
        assertEquals(new Err("ERR invalid cursor"), client.call("ZSCAN", "z", " \0"));
    }

    @Test
    void membersOfSetsHaveScoreOne() {
        call("SADD s a x");
        assertEquals(List.of("a", "4"), call("ZINTER 2 z s WEIGHTS 1 3 WITHSCORES"));
        assertEquals(List.of("x", "1"), call("ZDIFF 2 s z WITHSCORES"));
        assertEquals(1L, call("ZINTERCARD 2 s s LIMIT 1"));
        assertEquals(List.of("a", "1", "x", "1"), call("ZUNION 2 s nokey WITHSCORES"));
    }
}
