package dev.rondo.server.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vectors of the Redis cluster specification. */
class KeySlotTest {
    private static int slot(String key) {
        return KeySlot.of(key.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theChecksumIsXmodem() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertEquals(0x31C3, KeySlot.crc16(digits, 0, digits.length));
    }

    @ParameterizedTest
    @CsvSource({"foo,12182", "bar,5061", "hello,866", "'',0", "somekey,11058", "foo{hash_tag},2515"})
    void keysHaveTheSlotsOfRedis(String key, int expected) {
        assertEquals(expected, slot(key));
    }

    @ParameterizedTest
    @CsvSource({
        "{user1000}.following,{user1000}.followers",
        "foo{{bar}}zap,{{bar}other",
        "foo{bar}{zap},bar",
    })
    void keysWithTheSameTagShareASlot(String one, String other) {
        assertEquals(slot(one), slot(other));
    }

    @Test
    void anEmptyTagIsNoTag() {
        assertEquals(slot("foo{}{bar}"), KeySlot.crc16("foo{}{bar}".getBytes(StandardCharsets.UTF_8), 0, 10) & 16383);
        assertNotEquals(slot("foo{}{bar}"), slot("bar"));
    }

    @Test
    void anUnclosedTagIsNoTag() {
        assertEquals(slot("foo{bar"), KeySlot.crc16("foo{bar".getBytes(StandardCharsets.UTF_8), 0, 7) & 16383);
    }
}
