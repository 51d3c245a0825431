package dev.rondo.server.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.StringValue;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DumpPayloadTest {

    private static byte[] signed(byte[] body, int version) {
        ByteBuffer payload = ByteBuffer.allocate(body.length + 10).order(ByteOrder.LITTLE_ENDIAN);
        payload.put(body).putShort((short) version);
        payload.putLong(Crc64.update(0, payload.array(), 0, payload.position()));
        return payload.array();
    }

    /** Recorded from DUMP of redis-server 7.0.15. */
    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
            5,      00c0050a00632f5f66832fb351
            -200,   00c138ff0a00223b8fbbe8f461f3
            70000,  00c2701101000a0001a408fe953095a5
            hello,  000568656c6c6f0a006372df766534200a
            9223372036854775807, 0013393232333337323033363835343737353830370a003a657e9481e85f22
            """)
    void writesAndReadsWhatRedisDumps(String text, String hex) throws RdbFormatException {
        byte[] payload = HexFormat.of().parseHex(hex);
        Object value = StringValue.of(Ascii.bytes(text));
        assertArrayEquals(payload, DumpPayload.of(value));
        assertArrayEquals(payload, DumpPayload.of(StringValue.growing(value)));
        assertTrue(DumpPayload.isIntact(payload));
        assertEquals(text, Ascii.string(StringValue.bytes(DumpPayload.parse(payload))));
    }

    @Example
    void readsWhatRedisCompressed() throws RdbFormatException {
        byte[] payload = HexFormat.of()
                .parseHex("00c33740411f54686520717569636b2062726f776e20666f78206a756d7073206f766572207420"
                        + "1e0a6c617a7920646f672e2054200de0052c0178210a00291c855ae736cd5c");
        assertTrue(DumpPayload.isIntact(payload));
        String sentence = "The quick brown fox jumps over the lazy dog. The quick brown fox!";
        assertEquals(sentence, Ascii.string((byte[]) DumpPayload.parse(payload)));
    }

    @Property
    void roundTrip(@ForAll @Size(max = 70) byte[] bytes, @ForAll @IntRange(min = 1, max = 400) int repeated)
            throws RdbFormatException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int i = 0; i < repeated; i++) {
            text.writeBytes(bytes);
        }
        byte[] payload = DumpPayload.of(text.toByteArray());
        assertTrue(DumpPayload.isIntact(payload));
        assertTrue(payload.length <= text.size() + 16);
        assertArrayEquals(text.toByteArray(), StringValue.bytes(DumpPayload.parse(payload)));
    }

    @Property
    void aFlippedBitIsFound(@ForAll @Size(max = 30) byte[] bytes, @ForAll @IntRange(max = 1_000) int bit) {
        byte[] payload = DumpPayload.of(bytes);
        int at = bit % (8 * payload.length);
        payload[at / 8] ^= (byte) (1 << at % 8);
        assertFalse(DumpPayload.isIntact(payload));
    }

    @Example
    void newerVersionsAndShortPayloadsAreRefused() {
        byte[] body = {0, 1, 'x'};
        assertTrue(DumpPayload.isIntact(signed(body, 1)));
        assertTrue(DumpPayload.isIntact(signed(body, RdbReader.MAX_VERSION)));
        assertFalse(DumpPayload.isIntact(signed(body, RdbReader.MAX_VERSION + 1)));
        assertFalse(DumpPayload.isIntact(new byte[9]));
    }

    @Property
    void anyIntactBytesAreReadOrRefusedWithoutTakingMemoryForWhatTheyClaim(@ForAll @Size(max = 30) byte[] body) {
        byte[] string = body.clone();
        if (string.length > 0) {
            string[0] = 0;
        }
        try {
            Object value = DumpPayload.parse(signed(string, 10));
            assertTrue(StringValue.length(value) <= 88 * (body.length + 10));
        } catch (RdbFormatException e) {
            assertFalse(e.getMessage().isEmpty());
        }
    }

    @Example
    void claimedLengthsAreNotBelieved() {
        byte[] plain = HexFormat.of().parseHex("0081" + "7fffffffffffffff");
        byte[] compressed = HexFormat.of().parseHex("00c3" + "05" + "8100007fffffffff" + "0061" + "e0ff00");
        byte[] unknownType = {77};
        assertThrows(RdbFormatException.class, () -> DumpPayload.parse(signed(plain, 10)));
        assertThrows(RdbFormatException.class, () -> DumpPayload.parse(signed(compressed, 10)));
        assertThrows(RdbFormatException.class, () -> DumpPayload.parse(signed(unknownType, 10)));
    }
}
