package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the comparison with redis-server cannot show of hashes and sets: chance, large counts and limits. */
class CollectionCommandsTest {
    private PlainNode node;
    private WireClient client;

    @BeforeEach
    void start() {
        node = new PlainNode();
        client = node.connect();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Object call(String line) {
        return client.call(line.split(" "));
    }

    private void fill(String command, String key, int count, boolean pairs) {
        List<String> words = new ArrayList<>(List.of(command, key));
        for (int i = 0; i < count; i++) {
            words.add("m" + i);
            if (pairs) {
                words.add("v" + i);
            }
        }
        assertEquals((long) count, client.call(words.toArray(String[]::new)));
    }

    /** All that a scan of a collection returns, with something done between its steps. */
    private List<Object> scan(String command, String key, Runnable between) {
        List<Object> found = new ArrayList<>();
        String cursor = "0";
        do {
            List<?> reply = (List<?>) client.call(command, key, cursor, "COUNT", "10");
            cursor = (String) reply.get(0);
            found.addAll((List<?>) reply.get(1));
            between.run();
        } while (!cursor.equals("0"));
        return found;
    }

    @Test
    void aScanMeetsEveryMemberWhileTheSetGrowsAndShrinks() {
        fill("SADD", "s", 2000, false);
        int[] added = {2000};
        List<Object> found = scan("SSCAN", "s", () -> call("SADD s m" + added[0]++ + " m" + added[0]++));
        for (int i = 0; i < 2000; i++) {
            assertTrue(found.contains("m" + i), "missed " + i);
        }
        int[] removed = {100};
        List<Object> rest = scan("SSCAN", "s", () -> {
            for (int i = 0; i < 30 && removed[0] < 2000; i++) {
                call("SREM s m" + removed[0]++);
            }
        });
        for (int i = 0; i < 100; i++) {
            assertTrue(rest.contains("m" + i), "missed " + i);
        }
    }

    @Test
    void aScanOfAHashReturnsFieldsWithTheirValues() {
        fill("HSET", "h", 1000, true);
        List<Object> found = scan("HSCAN", "h", () -> {});
        assertEquals(2000, found.size());
        for (int i = 0; i < found.size(); i += 2) {
            assertEquals(((String) found.get(i)).substring(1), ((String) found.get(i + 1)).substring(1));
        }
    }

    @Test
    void countsBelowZeroRepeatAndAreBounded() {
        fill("SADD", "s", 3, false);
        fill("HSET", "h", 3, true);
        assertEquals(1000, ((List<?>) call("SRANDMEMBER s -1000")).size());
        assertEquals(2000, ((List<?>) call("HRANDFIELD h -1000 WITHVALUES")).size());
        Err tooMany = new Err("ERR value is out of range");
        assertEquals(tooMany, call("SRANDMEMBER s -9223372036854775807"));
        assertEquals(tooMany, call("SRANDMEMBER s -60000000"));
        assertEquals(tooMany, call("HRANDFIELD h -9223372036854775807"));
        assertEquals(tooMany, call("HRANDFIELD h -30000000 WITHVALUES"));
        assertEquals("PONG", call("PING"));
        assertEquals(3, ((List<?>) call("SRANDMEMBER s 9223372036854775807")).size());
        assertEquals(3, ((List<?>) call("HRANDFIELD h 9223372036854775807")).size());
    }

    @Test
    void popTakesDifferentMembersOut() {
        fill("SADD", "s", 1000, false);
        Set<Object> popped = new HashSet<>((List<?>) call("SPOP s 700"));
        assertEquals(700, popped.size());
        assertEquals(300L, call("SCARD s"));
        popped.addAll((List<?>) call("SMEMBERS s"));
        assertEquals(1000, popped.size());
        for (int i = 0; i < 300; i++) {
            assertTrue(((String) call("SPOP s")).startsWith("m"));
        }
        assertEquals(0L, call("EXISTS s"));
    }

    @Test
    void limitsDecideTheFormsOfWhatIsWrittenLater() {
        call("CONFIG SET hash-max-listpack-entries 2 set-max-listpack-entries 2 set-max-intset-entries 2");
        call("HSET h a 1 b 2");
        call("SADD s a b");
        call("SADD i 1 2");
        assertEquals(List.of("listpack", "listpack", "intset"), encodings());
        call("HSET h c 3");
        call("SADD s c");
        call("SADD i 3");
        assertEquals(List.of("hashtable", "hashtable", "hashtable"), encodings());
        call("HDEL h c");
        call("COPY s i REPLACE");
        assertEquals(List.of("hashtable", "hashtable", "hashtable"), encodings());
    }

    private List<Object> encodings() {
        return List.of(call("OBJECT ENCODING h"), call("OBJECT ENCODING s"), call("OBJECT ENCODING i"));
    }

    @Test
    void resp3HasMapsAndPairs() {
        call("HELLO 3");
        call("HSET h a 1");
        assertEquals(Map.of("a", "1"), call("HGETALL h"));
        assertEquals(Map.of(), call("HGETALL none"));
        assertEquals(List.of(List.of("a", "1")), call("HRANDFIELD h 1 WITHVALUES"));
        assertEquals(List.of(List.of("a", "1"), List.of("a", "1")), call("HRANDFIELD h -2 WITHVALUES"));
    }

    @Test
    void memoryUsageGrowsWithTheCollection() {
        call("SADD s a");
        long small = (long) call("MEMORY USAGE s");
        fill("SADD", "t", 5000, false);
        long large = (long) call("MEMORY USAGE t");
        assertTrue(small > 50 && small < 300, "is " + small);
        assertTrue(large > 5000 * 30 && large < 5000 * 120, "is " + large);
    }
}
