package dev.rondo.server.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.server.resp.Ascii;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class Crc64Test {

    @Test
    void hasTheCheckValueOfTheJonesPolynomial() {
        assertEquals(0xe9c6d914c4b8d9caL, Crc64.update(0, Ascii.bytes("123456789"), 0, 9));
    }

    @Property
    void canBeComputedInParts(@ForAll @Size(max = 60) byte[] bytes, @ForAll @IntRange(max = 60) int cut) {
        int middle = Math.min(cut, bytes.length);
        long first = Crc64.update(0, bytes, 0, middle);
        assertEquals(Crc64.update(0, bytes, 0, bytes.length), Crc64.update(first, bytes, middle, bytes.length));
    }

    @Property
    void agreesWithBitwiseDivision(@ForAll @Size(max = 40) byte[] bytes) {
        long crc = 0;
        for (byte b : bytes) {
            for (int bit = 0; bit < 8; bit++) {
                boolean feedback = (crc < 0) != ((b >>> bit & 1) != 0);
                crc = crc << 1 ^ (feedback ? 0xad93d23594c935a9L : 0);
            }
        }
        assertEquals(Long.reverse(crc), Crc64.update(0, bytes, 0, bytes.length));
    }
}
