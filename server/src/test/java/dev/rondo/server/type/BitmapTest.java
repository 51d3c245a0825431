package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.server.type.Bitmap.Operation;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Bitmaps against a model that looks at one bit after the other. */
class BitmapTest {
    private static boolean bit(byte[] bytes, long index) {
        return (bytes[(int) (index / 8)] & 1 << (7 - index % 8)) != 0;
    }

    /** Bytes in which long stretches are equal, so that searches cross words. */
    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) (random.nextBoolean() ? 0 : -1));
        for (int i = random.nextInt(4); i > 0 && length > 0; i--) {
            bytes[random.nextInt(length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    @Property(tries = 2000)
    void countsAndSearchesAsBitByBit(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = bytes(random, random.nextInt(70));
        int from = random.nextInt(8 * bytes.length + 1);
        int to = random.nextInt(8 * bytes.length + 1);
        int count = 0;
        long firstSet = -1;
        long firstClear = -1;
        for (int i = from; i < to; i++) {
            boolean set = bit(bytes, i);
            count += set ? 1 : 0;
            firstSet = set && firstSet < 0 ? i : firstSet;
            firstClear = !set && firstClear < 0 ? i : firstClear;
        }
        assertEquals(count, Bitmap.count(bytes, from, to));
        assertEquals(firstSet, Bitmap.first(true, bytes, from, to));
        assertEquals(firstClear, Bitmap.first(false, bytes, from, to));
    }

    @Property
    void aBitThatIsSetIsFoundThereAndNowhereElse(
            @ForAll @IntRange(max = 999) int index, @ForAll boolean bit, @ForAll long seed) {
        byte[] bytes = new byte[125];
        new Random(seed).nextBytes(bytes);
        byte[] before = bytes.clone();
        Bitmap.set(bytes, index, bit);
        assertEquals(bit, Bitmap.get(bytes, index));
        for (int i = 0; i < 8 * bytes.length; i++) {
            assertEquals(i == index ? bit : bit(before, i), Bitmap.get(bytes, i));
        }
    }

    @Property
    void combinesAsByteByByte(@ForAll Operation operation, @ForAll long seed) {
        Random random = new Random(seed);
        byte[][] operands = new byte[operation == Operation.NOT ? 1 : 1 + random.nextInt(4)][];
        int[] lengths = new int[operands.length];
        for (int i = 0; i < operands.length; i++) {
            operands[i] = new byte[random.nextInt(100)];
            random.nextBytes(operands[i]);
            lengths[i] = random.nextInt(operands[i].length + 1);
        }
        byte[] expected = new byte[Arrays.stream(lengths).max().getAsInt()];
        for (int at = 0; at < expected.length; at++) {
            int result = at < lengths[0] ? operands[0][at] : 0;
            result = operation == Operation.NOT ? ~result : result;
            for (int i = 1; i < operands.length; i++) {
                int other = at < lengths[i] ? operands[i][at] : 0;
                result = operation == Operation.AND
                        ? result & other
                        : operation == Operation.OR ? result | other : result ^ other;
            }
            expected[at] = (byte) result;
        }
        assertArrayEquals(expected, Bitmap.combine(operation, operands, lengths));
    }

    @Test
    void offsetsBeyondTwoToThe31AreNoProblem() {
        byte[] bytes = new byte[(1 << 28) + 1];
        long index = 8L * bytes.length - 1;
        Bitmap.set(bytes, index, true);
        assertEquals(1, Bitmap.count(bytes, 0, index + 1));
        assertEquals(index, Bitmap.first(true, bytes, 0, index + 1));
        assertEquals(0, Bitmap.first(false, bytes, 0, index + 1));
        assertEquals(-1, Bitmap.first(true, bytes, 0, index));
    }
}
