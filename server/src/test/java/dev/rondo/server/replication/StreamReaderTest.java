package dev.rondo.server.replication;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamReaderTest {
    private final StreamReader reader = new StreamReader();
    private final List<byte[]> records = new ArrayList<>();

    private void read(byte[] stream, int at, int length) {
        reader.read(at, stream, at, length, record -> {
            record.kind();
            records.add(record.bytes());
        });
    }

    private static byte[] stream(List<byte[]> contents) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (byte[] content : contents) {
            RecordWriter record = new RecordWriter().begin(RecordKind.PUBLISH).bytes(content);
            record.end();
            stream.write(record.array(), 0, record.size());
        }
        return stream.toByteArray();
    }

    @Test
    void whatTheBusBringsTwiceIsAppliedOnce() {
        Random random = new Random(7);
        List<byte[]> contents = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            contents.add(new byte[random.nextInt(40)]);
            random.nextBytes(contents.get(i));
        }
        byte[] stream = stream(contents);
        reader.restart(1);
        while (reader.offset() < stream.length) {
            int at = (int) reader.offset() - random.nextInt((int) Math.min(reader.offset(), 90) + 1);
            assertFalse(reader.isBeyond(at));
            read(stream, at, Math.min(random.nextInt(120), stream.length - at));
        }
        assertEquals(contents.size(), records.size());
        for (int i = 0; i < contents.size(); i++) {
            assertArrayEquals(contents.get(i), records.get(i));
        }
    }

    @Test
    void whatIsMissingInFrontOfAMessageShows() {
        byte[] stream = stream(List.of(new byte[10], new byte[10]));
        reader.restart(1);
        read(stream, 0, 5);
        assertTrue(reader.isBeyond(6));
        assertFalse(reader.isBeyond(5));
        read(stream, 5, stream.length - 5);
        assertTrue(Arrays.equals(new byte[10], records.get(1)));
    }
}
