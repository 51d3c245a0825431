package dev.rondo.server.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.rondo.server.resp.Ascii;
import org.junit.jupiter.api.Test;

class LookaheadTest {
    private final Keyspace keyspace = new Keyspace(0);
    private final Lookahead lookahead = new Lookahead();

    private static byte[][] request(String... words) {
        byte[][] request = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            request[i] = Ascii.bytes(words[i]);
        }
        return request;
    }

    @Test
    void itReadsTheValuesOfKeysThatAreThere() {
        byte[] key = Ascii.bytes("key");
        keyspace.slotOf(key).add(key, Ascii.bytes("value"));
        lookahead.fetch(keyspace, new byte[][][] {request("GET", "key")}, 1);
        assertNotEquals(0, lookahead.seen());
    }

    @Test
    void itTakesRequestsOfAnyKindAndNumber() {
        byte[] key = Ascii.bytes("set");
        keyspace.slotOf(key).add(key, 17L);
        byte[][][] requests = new byte[100][][];
        for (int i = 0; i < requests.length; i++) {
            requests[i] = i % 3 == 0 ? request("PING") : i % 3 == 1 ? request("GET", "set") : request("GET", "");
        }
        lookahead.fetch(keyspace, requests, requests.length);
        assertEquals(1, keyspace.slotOf(key).size());
    }

    /** Its lock means that somebody is about to change it. */
    @Test
    void itLeavesALockedSlotAlone() {
        byte[] key = Ascii.bytes("key");
        Slot slot = keyspace.slotOf(key);
        slot.add(key, Ascii.bytes("value"));
        slot.lock();
        lookahead.fetch(keyspace, new byte[][][] {request("GET", "key")}, 1);
        slot.unlock();
        assertEquals(0, lookahead.seen());
    }
}
