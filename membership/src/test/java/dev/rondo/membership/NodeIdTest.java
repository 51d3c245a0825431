package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeIdTest {

    @Test
    void acceptsOnlyFortyLowerCaseHexCharacters() {
        assertEquals(
                40, new NodeId("0123456789abcdef0123456789abcdef01234567").hex().length());
        assertThrows(IllegalArgumentException.class, () -> new NodeId("0123"));
        assertThrows(IllegalArgumentException.class, () -> new NodeId("0123456789ABCDEF0123456789abcdef01234567"));
        assertThrows(IllegalArgumentException.class, () -> new NodeId("g123456789abcdef0123456789abcdef01234567"));
    }

    @Test
    void binaryFormIsTwentyBytesAndReadsBack() throws IOException {
        NodeId id = NodeId.random(new SplittableRandom(7));
        byte[] bytes = Samples.bytes(id::write);
        assertEquals(NodeId.SIZE_BYTES, bytes.length);
        assertEquals(id, Samples.read(bytes, NodeId::read));
    }

    @Test
    void theFileKeepsTheIdAcrossStarts(@TempDir Path dir) throws IOException {
        NodeId first = NodeId.loadOrCreate(dir);
        assertEquals(first, NodeId.loadOrCreate(dir));
        assertEquals(first.hex() + "\n", Files.readString(dir.resolve("node-id")));
        assertFalse(Files.exists(dir.resolve("node-id.tmp")));
    }

    @Test
    void aDamagedFileIsRefusedByName(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("node-id");
        Files.writeString(file, "garbage");
        IOException e = assertThrows(IOException.class, () -> NodeId.loadOrCreate(dir));
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        assertEquals("garbage", Files.readString(file));
    }
}
