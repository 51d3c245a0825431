package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.HyperLogLog.Update;
import dev.rondo.server.type.SparseRegisters.Outcome;
import dev.rondo.server.type.StringValue.RawString;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HyperLogLogs against plain registers, and against strings and estimates of redis-server 7.0.15. */
class HyperLogLogTest {
    private static final long ANY_SIZE = Long.MAX_VALUE;
    private static final int REGISTERS = HyperLogLog.REGISTERS;

    private static String hex(HyperLogLog sketch) {
        return HexFormat.of().formatHex(sketch.string().toByteArray());
    }

    private static HyperLogLog ofHex(String hex) {
        return new HyperLogLog(RawString.owning(HexFormat.of().parseHex(hex)));
    }

    private static byte[] registers(HyperLogLog sketch) {
        byte[] registers = HyperLogLog.newRegisters();
        assertTrue(sketch.mergeInto(registers));
        return registers;
    }

    /** A dense one whose registers hold these values. */
    private static HyperLogLog dense(int... values) {
        HyperLogLog sketch = HyperLogLog.empty();
        assertTrue(sketch.makeDense());
        for (int i = 0; i < REGISTERS; i++) {
            DenseRegisters.set(sketch.string().array(), i, values[i]);
        }
        return sketch;
    }

    private static int[] filled(int value, int lastValue) {
        int[] values = new int[REGISTERS];
        Arrays.fill(values, value);
        values[REGISTERS - 1] = lastValue;
        return values;
    }

    @Test
    void stringsAreThoseOfRedis() {
        HyperLogLog letters = HyperLogLog.empty();
        assertEquals("48594c4c0100000000000000000000007fff", hex(letters));
        for (String letter : "a b c d e f g".split(" ")) {
            assertEquals(Update.DONE, letters.add(Ascii.bytes(letter), 3000));
        }
        assertEquals(Update.NONE, letters.add(Ascii.bytes("a"), 3000));
        String runs = "466d80560c80443c84388050b184498c80426d80425a";
        assertEquals("48594c4c010000000000000000000080" + runs, hex(letters));
        letters.remember(letters.count());
        assertEquals(7, letters.remembered());
        assertEquals("48594c4c010000000700000000000000" + runs, hex(letters));

        HyperLogLog others = HyperLogLog.empty();
        for (String other : new String[] {"12345678", "123456789012345", "\0\u00ff\u0080", "", "x".repeat(33)}) {
            others.add(Ascii.bytes(other), 3000);
        }
        assertEquals("48594c4c01000000000000000000008052328044fd84521f88549280419684407f", hex(others));
        assertEquals("Z:4659 v:1,1 Z:1278 v:2,1 Z:4640 v:3,1 Z:5267 v:1,1 Z:407 v:2,1 Z:128", others.runs());
    }

    @Test
    void estimatesAreThoseOfRedis() {
        assertEquals(12994641697113596L, dense(filled(40, 40)).count());
        assertEquals(193623433, dense(filled(51, 0)).count());
        assertEquals(Long.MIN_VALUE, dense(filled(51, 50)).count());
        assertEquals(Long.MIN_VALUE, dense(filled(51, 51)).count());
        assertEquals(Long.MIN_VALUE, dense(filled(63, 63)).count());
        int[] all = new int[REGISTERS];
        Arrays.setAll(all, i -> i % 52);
        assertEquals(303516, dense(all).count());
        assertEquals(0, dense(new int[REGISTERS]).count());
    }

    @Property(tries = 300)
    void bothFormsHoldWhatPlainRegistersHold(@ForAll long seed, @ForAll @IntRange(min = 1, max = 600) int changes) {
        Random random = new Random(seed);
        int[] model = new int[REGISTERS];
        RawString sparse = HyperLogLog.empty().string();
        HyperLogLog dense = dense(model);
        int range = random.nextBoolean() ? REGISTERS : 100; // near one another runs are split and merged
        int start = random.nextInt(REGISTERS - range + 1);
        for (int i = 0; i < changes; i++) {
            int index = start + random.nextInt(range);
            int value = 1 + random.nextInt(random.nextBoolean() ? 3 : 32);
            boolean higher = value > model[index];
            model[index] = Math.max(model[index], value);
            Outcome expected = higher ? Outcome.RAISED : Outcome.HIGH_ENOUGH;
            assertEquals(expected, SparseRegisters.raise(sparse, index, value, ANY_SIZE));
            assertEquals(higher, DenseRegisters.raise(dense.string().array(), index, value));
        }
        byte[] expected = new byte[REGISTERS];
        for (int i = 0; i < REGISTERS; i++) {
            expected[i] = (byte) model[i];
            assertEquals(model[i], dense.register(i));
        }
        HyperLogLog view = new HyperLogLog(sparse);
        assertArrayEquals(expected, registers(view));
        assertArrayEquals(expected, registers(dense));
        assertEquals(dense.count(), view.count());
        assertEquals(dense.count(), HyperLogLog.count(expected));
        assertTrue(view.makeDense());
        assertArrayEquals(expected, registers(view));
    }

    @Property(tries = 100)
    void mergingIsAddingTheElementsOfAll(@ForAll long seed, @ForAll boolean dense, @ForAll boolean denseTarget) {
        SplittableRandom random = new SplittableRandom(seed);
        HyperLogLog all = HyperLogLog.empty();
        HyperLogLog target = HyperLogLog.empty();
        HyperLogLog source = HyperLogLog.empty();
        for (int i = random.nextInt(400); i > 0; i--) {
            byte[] element = Ascii.bytes(Integer.toString(random.nextInt(500)));
            all.add(element, ANY_SIZE);
            (random.nextBoolean() ? target : source).add(element, ANY_SIZE);
        }
        assertTrue(!dense || source.makeDense());
        assertTrue(!denseTarget || target.makeDense());
        byte[] registers = registers(target);
        assertTrue(source.mergeInto(registers));
        assertArrayEquals(registers(all), registers);
        target.mergeFrom(registers, ANY_SIZE);
        assertArrayEquals(registers, registers(target));
        assertFalse(target.isUpToDate());
        assertEquals(all.count(), target.count());
    }

    @ParameterizedTest
    @CsvSource({"100, 0.01", "1000, 0.02", "20000, 0.03", "300000, 0.03"})
    void estimatesAreCloseToTheTruth(int elements, double error) {
        HyperLogLog sketch = HyperLogLog.empty();
        for (int i = 0; i < elements; i++) {
            sketch.add(Ascii.bytes("element:" + i), 3000);
        }
        assertEquals(elements, (double) sketch.count(), error * elements);
    }

    @Test
    void aSparseStringBecomesDenseWhenItWouldGrowTooLong() {
        HyperLogLog sketch = HyperLogLog.empty();
        int longest = 0;
        for (int i = 0; !sketch.isDense(); i++) {
            longest = sketch.string().length();
            sketch.add(Ascii.bytes("element:" + i), 500);
        }
        assertTrue(longest > 497 && longest <= 500, "length " + longest);
        assertEquals(16 + 12288, sketch.string().length());
        assertFalse(sketch.isUpToDate());
    }

    @Test
    void aValueAbove32NeedsTheDenseForm() {
        RawString sparse = HyperLogLog.empty().string();
        assertEquals(Outcome.RAISED, SparseRegisters.raise(sparse, 0, 32, ANY_SIZE));
        assertEquals(Outcome.TOO_LARGE, SparseRegisters.raise(sparse, 0, 33, ANY_SIZE));
    }

    @Test
    void registersThatAreTooFewOrManyAreCorrupt() {
        String header = "48594c4c010000000000000000000080";
        for (String runs : new String[] {"", "7ffe", "7fff84", "7fff00", "7fff7f", "8080", "7f"}) {
            HyperLogLog sketch = ofHex(header + runs);
            assertTrue(HyperLogLog.isOne(sketch.string()));
            assertEquals(HyperLogLog.CORRUPT, sketch.count(), runs);
            assertFalse(sketch.mergeInto(HyperLogLog.newRegisters()), runs);
            assertFalse(sketch.makeDense(), runs);
            assertEquals(header + runs, hex(sketch));
        }
        HyperLogLog few = ofHex(header + "00");
        assertEquals(Update.CORRUPT, few.add(Ascii.bytes("a"), ANY_SIZE));
        assertEquals(Outcome.CORRUPT, SparseRegisters.raise(few.string(), 1, 1, ANY_SIZE));
        assertEquals(Outcome.RAISED, SparseRegisters.raise(few.string(), 0, 1, ANY_SIZE));
    }

    @Test
    void otherStringsAreNone() {
        assertFalse(HyperLogLog.isOne(5L));
        assertFalse(HyperLogLog.isOne(new byte[0]));
        assertFalse(HyperLogLog.isOne(Ascii.bytes("HYLL\1\0\0\0")));
        assertFalse(HyperLogLog.isOne(Ascii.bytes("HYLL\2" + "\0".repeat(20))));
        assertFalse(HyperLogLog.isOne(Ascii.bytes("HYLL\0" + "\0".repeat(12304))));
        assertFalse(HyperLogLog.isOne(Ascii.bytes("hyll\1" + "\0".repeat(20))));
        assertTrue(HyperLogLog.isOne(Ascii.bytes("HYLL\0" + "\0".repeat(12299))));
        assertTrue(HyperLogLog.isOne(Ascii.bytes("HYLL\1" + "\0".repeat(11))));
    }

    /** Whoever writes any bytes behind the header gets an answer, not an exception. */
    @Property
    void anyBytesAreSafe(@ForAll byte[] runs, @ForAll long seed) {
        byte[] header = Ascii.bytes("HYLL\1" + "\0".repeat(11));
        byte[] bytes = Arrays.copyOf(header, header.length + runs.length);
        System.arraycopy(runs, 0, bytes, header.length, runs.length);
        HyperLogLog sketch = new HyperLogLog(RawString.owning(bytes));
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            SparseRegisters.raise(sketch.string(), random.nextInt(REGISTERS), 1 + random.nextInt(32), ANY_SIZE);
        }
        assertEquals(sketch.count() != HyperLogLog.CORRUPT, sketch.mergeInto(HyperLogLog.newRegisters()));
        assertFalse(sketch.runs().contains("null"));
    }
}
