package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rondo.server.type.BitField.Overflow;
import java.math.BigInteger;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Integers of any width against BigInteger. */
class BitFieldTest {
    private static BitField field(boolean signed, int bits) {
        return new BitField(signed, signed ? bits : Math.min(63, bits));
    }

    private static BigInteger modulus(BitField field) {
        return BigInteger.ONE.shiftLeft(field.bits());
    }

    /** The number that the type holds in the place of any other one. */
    private static long wrapped(BitField field, BigInteger number) {
        BigInteger rest = number.mod(modulus(field));
        boolean negative = field.signed() && rest.testBit(field.bits() - 1);
        return (negative ? rest.subtract(modulus(field)) : rest).longValueExact();
    }

    @Property
    void rangesAreThoseOfTwosComplement(@ForAll boolean signed, @ForAll @IntRange(min = 1, max = 64) int bits) {
        BitField field = field(signed, bits);
        BigInteger half = BigInteger.ONE.shiftLeft(field.bits() - (signed ? 1 : 0));
        assertEquals(half.subtract(BigInteger.ONE).longValueExact(), field.most());
        assertEquals(signed ? half.negate().longValueExact() : 0, field.least());
    }

    @Property
    void whatIsWrittenIsReadAndNothingElseChanges(
            @ForAll boolean signed,
            @ForAll @IntRange(min = 1, max = 64) int bits,
            @ForAll @IntRange(max = 100) int offset,
            @ForAll long value,
            @ForAll long seed) {
        BitField field = field(signed, bits);
        byte[] bytes = new byte[21];
        new Random(seed).nextBytes(bytes);
        byte[] before = bytes.clone();
        field.write(bytes, offset, value);
        assertEquals(wrapped(field, BigInteger.valueOf(value)), field.read(bytes, bytes.length, offset));
        for (int i = 0; i < 8 * bytes.length; i++) {
            int place = offset + field.bits() - 1 - i; // of the value's bits
            boolean inside = place >= 0 && place < field.bits();
            boolean expected = inside ? (value >> place & 1) != 0 : Bitmap.get(before, i);
            assertEquals(expected, Bitmap.get(bytes, i));
        }
    }

    @Property
    void behindTheEndEverythingIsZero(
            @ForAll @IntRange(min = 1, max = 64) int bits,
            @ForAll @IntRange(max = 100) int offset,
            @ForAll @IntRange(max = 12) int length,
            @ForAll long seed) {
        byte[] bytes = new byte[12];
        new Random(seed).nextBytes(bytes);
        byte[] padded = new byte[30];
        System.arraycopy(bytes, 0, padded, 0, length);
        BitField field = new BitField(true, bits);
        assertEquals(field.read(padded, padded.length, offset), field.read(bytes, length, offset));
        assertEquals(0, field.read(bytes, length, 1L << 40));
    }

    @Property(tries = 3000)
    void sumsOverflowAsInMathematics(
            @ForAll boolean signed,
            @ForAll @IntRange(min = 1, max = 64) int bits,
            @ForAll long any,
            @ForAll long increment,
            @ForAll @IntRange(max = 63) int shift) {
        BitField field = field(signed, bits);
        long value = wrapped(field, BigInteger.valueOf(any));
        long step = increment >> shift;
        BigInteger sum = BigInteger.valueOf(value).add(BigInteger.valueOf(step));
        boolean above = sum.compareTo(BigInteger.valueOf(field.most())) > 0;
        boolean below = sum.compareTo(BigInteger.valueOf(field.least())) < 0;
        assertEquals(above ? 1 : below ? -1 : 0, field.overflow(value, step));
        assertEquals(wrapped(field, sum), field.sum(value, step, Overflow.WRAP));
        long saturated = above ? field.most() : below ? field.least() : sum.longValueExact();
        assertEquals(saturated, field.sum(value, step, Overflow.SAT));
    }

    @Test
    void aNumberThatIsSetMayBeOutOfRange() {
        BitField byteLike = new BitField(true, 8);
        assertEquals(1, byteLike.overflow(128, 0));
        assertEquals(-1, byteLike.overflow(-129, 0));
        assertEquals(127, byteLike.sum(300, 0, Overflow.SAT));
        assertEquals(-128, byteLike.sum(-300, 0, Overflow.SAT));
        assertEquals(44, byteLike.sum(300, 0, Overflow.WRAP));
        assertEquals(15, new BitField(false, 4).sum(-1, 0, Overflow.SAT));
    }

    @Test
    void asInRedisALeastNumberCountsAsTooLarge() {
        assertEquals(1, new BitField(true, 8).overflow(Long.MIN_VALUE, 0));
        assertEquals(0, new BitField(true, 64).overflow(Long.MIN_VALUE, 0));
    }

    @Test
    void otherWidthsAreNoTypes() {
        assertThrows(IllegalArgumentException.class, () -> new BitField(false, 64));
        assertThrows(IllegalArgumentException.class, () -> new BitField(true, 65));
        assertThrows(IllegalArgumentException.class, () -> new BitField(true, 0));
    }
}
