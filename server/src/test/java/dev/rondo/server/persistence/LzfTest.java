package dev.rondo.server.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LzfTest {
    private final Lzf lzf = new Lzf();

    private byte[] compress(byte[] bytes) {
        byte[] target = new byte[bytes.length + bytes.length / 32 + 1];
        return Arrays.copyOf(target, lzf.compress(bytes, bytes.length, target));
    }

    private static byte[] expand(byte[] compressed, int length) throws RdbFormatException {
        byte[] target = new byte[length];
        Lzf.expand(compressed, 0, compressed.length, target);
        return target;
    }

    /** A payload of redis-server: 40 times 'a'. */
    @Test
    void expandsWhatRedisCompressed() throws RdbFormatException {
        byte[] compressed = HexFormat.of().parseHex("016161e01b00016161");
        assertEquals("a".repeat(40), Ascii.string(expand(compressed, 40)));
    }

    @Property
    void roundTripOfFewDifferentBytes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 30_000) int length)
            throws RdbFormatException {
        Random random = new Random(seed);
        byte[] bytes = new byte[length];
        int alphabet = 1 + random.nextInt(4);
        for (int i = 0; i < length; i++) {
            boolean repeat = i > 300 && random.nextInt(50) != 0;
            bytes[i] = repeat ? bytes[i - 300] : (byte) random.nextInt(alphabet);
        }
        assertArrayEquals(bytes, expand(compress(bytes), length));
    }

    @Property
    void roundTripOfAnyBytes(@ForAll @Size(min = 1, max = 200) byte[] bytes) throws RdbFormatException {
        assertArrayEquals(bytes, expand(compress(bytes), bytes.length));
    }

    /** The farthest distance that can be stored is 8192 bytes. */
    @Property(tries = 50)
    void repetitionsAtAnyDistanceSurvive(@ForAll @IntRange(min = 8_180, max = 8_200) int distance)
            throws RdbFormatException {
        byte[] bytes = new byte[2 * distance];
        new Random(distance).nextBytes(bytes);
        System.arraycopy(bytes, 0, bytes, distance, distance);
        byte[] compressed = compress(bytes);
        assertEquals(distance <= 8_192, compressed.length < bytes.length * 3 / 4);
        assertArrayEquals(bytes, expand(compressed, bytes.length));
    }

    @Test
    void repetitionShrinksAndNoiseDoesNotFit() {
        assertTrue(compress(new byte[10_000]).length < 200);
        byte[] noise = new byte[1_000];
        new Random(1).nextBytes(noise);
        assertEquals(0, lzf.compress(noise, noise.length, new byte[noise.length - 4]));
    }

    @Property
    void anyBytesExpandOrAreRefused(@ForAll @Size(max = 40) byte[] bytes, @ForAll @IntRange(max = 300) int length) {
        try {
            expand(bytes, length);
        } catch (RdbFormatException e) {
            assertEquals("invalid LZF data", e.getMessage());
        }
    }

    @Test
    void refusesReferencesBeforeTheStartAndWrongLengths() {
        assertThrows(RdbFormatException.class, () -> expand(new byte[] {0, 'a', 0x20, 1}, 4));
        assertThrows(RdbFormatException.class, () -> expand(new byte[] {0, 'a'}, 2));
        assertThrows(RdbFormatException.class, () -> expand(new byte[] {0, 'a'}, 0));
        assertThrows(RdbFormatException.class, () -> expand(new byte[] {5, 'a'}, 6));
    }
}
