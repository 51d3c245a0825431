package dev.rondo.membership;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * The lasting name of a node: 40 lower-case hexadecimal characters, as in Redis Cluster. It is drawn once, kept in the
 * data folder, and survives restarts and changes of address. Immutable; any thread.
 *
 * @param hex exactly 40 characters of {@code 0-9a-f}
 */
public record NodeId(String hex) implements Comparable<NodeId> {

    /** Length of the binary form. */
    public static final int SIZE_BYTES = 20;

    private static final int HEX_LENGTH = 2 * SIZE_BYTES;
    private static final String FILE_NAME = "node-id";
    private static final int MAX_FILE_BYTES = 4096;

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException when it is not 40 lower-case hexadecimal characters
     */
    public NodeId {
        if (!isValid(hex)) {
            throw new IllegalArgumentException("not a node id (40 lower-case hexadecimal characters): " + hex);
        }
    }

    /** Draws a new id from {@code random}. */
    public static NodeId random(RandomGenerator random) {
        byte[] bytes = new byte[SIZE_BYTES];
        random.nextBytes(bytes);
        return ofBytes(bytes);
    }

    /**
     * Returns the id kept in {@code dataDir/node-id}; when there is none yet, draws one and keeps it durably: temporary
     * file, fsync, atomic rename, fsync of the folder.
     *
     * @param dataDir an existing folder
     * @throws IOException when the file holds something else than an id (the message names the file), or cannot be read
     *     or written
     */
    public static NodeId loadOrCreate(Path dataDir) throws IOException {
        Path file = dataDir.resolve(FILE_NAME);
        if (Files.exists(file)) {
            return load(file);
        }
        NodeId id = random(new SecureRandom());
        Path temporary = dataDir.resolve(FILE_NAME + ".tmp");
        ByteBuffer content = ByteBuffer.wrap((id.hex + "\n").getBytes(StandardCharsets.US_ASCII));
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(dataDir, StandardOpenOption.READ)) {
            folder.force(true);
        }
        return id;
    }

    private static NodeId load(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw corrupt(file);
        }
        String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
        if (!isValid(content)) {
            throw corrupt(file);
        }
        return new NodeId(content);
    }

    private static IOException corrupt(Path file) {
        return new IOException("the node id file " + file + " is damaged: it must hold 40 lower-case hexadecimal"
                + " characters; restore it, or delete it to start as a new node");
    }

    private static boolean isValid(String hex) {
        if (hex.length() != HEX_LENGTH) {
            return false;
        }
        for (int i = 0; i < HEX_LENGTH; i++) {
            char c = hex.charAt(i);
            boolean digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            if (!digit) {
                return false;
            }
        }
        return true;
    }

    private static NodeId ofBytes(byte[] bytes) {
        return new NodeId(HexFormat.of().formatHex(bytes));
    }

    /** Writes the {@value #SIZE_BYTES}-byte binary form. */
    public void write(DataOutput out) throws IOException {
        out.write(HexFormat.of().parseHex(hex));
    }

    /** Reads the binary form. */
    public static NodeId read(DataInput in) throws IOException {
        byte[] bytes = new byte[SIZE_BYTES];
        in.readFully(bytes);
        return ofBytes(bytes);
    }

    @Override
    public int compareTo(NodeId other) {
        return hex.compareTo(other.hex);
    }

    /** Returns the 40 characters. */
    @Override
    public String toString() {
        return hex;
    }
}
