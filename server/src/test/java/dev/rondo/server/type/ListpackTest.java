package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ListpackTest {
    private static final int[] LENGTHS = {0, 1, 5, 62, 63, 64, 65, 126, 127, 128, 4094, 4095, 4096, 16_376, 16_390};
    private static final int[] BITS = {6, 7, 8, 12, 13, 15, 16, 23, 24, 31, 32, 62, 63};

    /** Strings and integers on both sides of every bound of the encoding. */
    private static String element(Random random) {
        switch (random.nextInt(8)) {
            case 0 -> {
                return "x".repeat(LENGTHS[random.nextInt(LENGTHS.length)]);
            }
            case 1 -> {
                return "0" + random.nextInt(100);
            }
            case 2, 3 -> {
                return "s" + random.nextInt(20);
            }
            default -> {
                long power = 1L << BITS[random.nextInt(BITS.length)];
                return Long.toString((random.nextBoolean() ? power : -power) + random.nextInt(5) - 2);
            }
        }
    }

    @Property(tries = 300)
    void behavesLikeAList(@ForAll long seed) {
        Random random = new Random(seed);
        List<String> model = new ArrayList<>();
        Listpack pack = new Listpack();
        for (int step = 0; step < 150; step++) {
            String value = element(random);
            byte[] bytes = Ascii.bytes(value);
            int index = model.isEmpty() ? 0 : random.nextInt(model.size());
            int kind = random.nextInt(9);
            makeRoom(pack, kind, bytes);
            if (model.isEmpty() || kind <= 1) {
                pack.append(bytes);
                model.add(value);
            } else if (kind == 2) {
                pack.insertBefore(pack.seek(index), bytes);
                model.add(index, value);
            } else if (kind == 3) {
                pack.replace(pack.seek(index), bytes);
                model.set(index, value);
            } else if (kind == 4) {
                pack.insertBefore(pack.first(), bytes);
                model.add(0, value);
            } else if (kind == 5) {
                int following = pack.remove(pack.first(), 1);
                model.remove(0);
                assertEquals(pack.first(), following);
            } else if (kind == 6) {
                int most = Math.min(model.size() - index, 1 + random.nextInt(3));
                int following = pack.remove(pack.seek(index), most);
                model.subList(index, index + most).clear();
                assertEquals(index < model.size() ? pack.seek(index) : Listpack.NONE, following);
            } else {
                int found = pack.find(bytes);
                assertEquals(model.indexOf(value) < 0 ? Listpack.NONE : pack.seek(model.indexOf(value)), found);
            }
            assertSame(model, pack);
        }
        Listpack read = Listpack.of(pack.toByteArray());
        assertNotNull(read);
        assertSame(model, read);
        Listpack copy = pack.copy();
        pack.append(Ascii.bytes("later"));
        assertSame(model, copy);
    }

    private void makeRoom(Listpack pack, int kind, byte[] element) {
        switch (kind) {
            case 0 -> pack.reserveBehind(element);
            case 4 -> pack.reserveInFront(element);
            case 7 -> pack.trim();
            default -> {}
        }
    }

    private static void assertSame(List<String> model, Listpack pack) {
        assertEquals(model.size(), pack.count());
        List<String> forward = new ArrayList<>();
        for (int at = pack.first(); at != Listpack.NONE; at = pack.next(at)) {
            String element = Ascii.string(pack.get(at));
            assertEquals(element.length(), pack.length(at));
            assertTrue(pack.holds(at, Ascii.bytes(element)));
            assertEquals(at, pack.seek(forward.size()));
            assertEquals(at, pack.seek(forward.size() - model.size()));
            forward.add(element);
        }
        assertEquals(model, forward);
        List<String> backward = new ArrayList<>();
        for (int at = pack.last(); at != Listpack.NONE; at = pack.previous(at)) {
            backward.add(0, Ascii.string(pack.get(at)));
        }
        assertEquals(model, backward);
        assertEquals(Listpack.NONE, pack.seek(model.size()));
        assertEquals(Listpack.NONE, pack.seek(-1L - model.size()));
    }

    /** Room that is reserved is used: nothing else is allocated while elements go into it. */
    @Example
    void elementsGoIntoTheRoomThatWasReserved() {
        byte[] element = new byte[100];
        Listpack pack = new Listpack();
        for (int i = 0; i < 10; i++) {
            pack.append(element);
        }
        pack.trim();
        int size = pack.allocatedBytes();
        pack.reserveInFront(element);
        pack.reserveBehind(element);
        int allocated = pack.allocatedBytes();
        assertTrue(allocated >= 3 * size, () -> allocated + " bytes");
        for (int i = 0; i < 10; i++) {
            pack.insertBefore(pack.first(), element);
            pack.append(element);
        }
        assertEquals(allocated, pack.allocatedBytes());
        assertEquals(30, pack.count());
    }

    @Example
    void findsAtEverySecondPlaceOnly() {
        Listpack pack = new Listpack();
        for (String element : List.of("a", "b", "b", "7", "7", "a")) {
            pack.append(Ascii.bytes(element));
        }
        assertEquals(pack.seek(2), pack.find(Ascii.bytes("b"), 2));
        assertEquals(pack.seek(4), pack.find(Ascii.bytes("7"), 2));
        assertEquals(Listpack.NONE, pack.find(Ascii.bytes("x"), 2));
    }

    /** The bytes are those of redis-server 7.0.15: a hash of five fields. */
    @Example
    void hasTheLayoutOfRedis() {
        Listpack pack = new Listpack();
        for (String element : List.of("f1", "v1", "n", "12", "neg", "-5", "big", "123456789012", "w", "-300")) {
            pack.append(Ascii.bytes(element));
        }
        String hex =
                "310000000a008266310382763103816e020c01836e656704dffb028362696704f4141a99be1c00000009817702ded402ff";
        assertEquals(hex, HexFormat.of().formatHex(pack.toByteArray()));
        Listpack read = Listpack.of(HexFormat.of().parseHex(hex));
        assertNotNull(read);
        assertArrayEquals(pack.toByteArray(), read.toByteArray());
        assertEquals(pack.sizeBytes(), pack.toByteArray().length);
    }

    /** Whatever is read from damaged bytes, no access leaves the array. */
    @Property(tries = 1000)
    void takesDamagedBytesForNoListpackOrReadsThemSafely(@ForAll long seed) {
        Random random = new Random(seed);
        Listpack pack = new Listpack();
        for (int i = random.nextInt(12); i >= 0; i--) {
            pack.append(Ascii.bytes(element(random)));
        }
        byte[] bytes = pack.toByteArray();
        for (int i = random.nextInt(3); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        Listpack read = Listpack.of(bytes);
        if (read != null) {
            List<String> elements = new ArrayList<>();
            for (int at = read.first(); at != Listpack.NONE; at = read.next(at)) {
                elements.add(Ascii.string(read.get(at)));
            }
            assertSame(elements, read);
        }
        assertNull(Listpack.of(java.util.Arrays.copyOf(bytes, bytes.length - 1)));
    }
}
