package dev.rondo.server.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.HashValue;
import dev.rondo.server.type.ListValue;
import dev.rondo.server.type.ScoreText;
import dev.rondo.server.type.SetValue;
import dev.rondo.server.type.SortedSetValue;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;
import dev.rondo.server.type.StringValue;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A fingerprint of values as DEBUG DIGEST of Redis takes it, by which two servers can be compared: 20 bytes, into which
 * something is either mixed, so that the order counts, or added, so that it does not. Confined to one thread.
 */
final class DebugDigest {
    private static final int BYTES = 20;
    private static final byte[] EXPIRES = Ascii.bytes("!!expire!!");

    private final MessageDigest sha1;
    private final byte[] sum = new byte[BYTES];

    private final ListValue.Visitor mixing = new ListValue.Visitor() {
        @Override
        public void bytes(byte[] array, int offset, int length) {
            mix(Arrays.copyOfRange(array, offset, offset + length));
        }

        @Override
        public void number(long number) {
            mix(Ascii.decimal(number));
        }
    };

    DebugDigest() {
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }

    /** The fingerprint of an entry's value and of whether it has an expiry. */
    static DebugDigest ofValue(Entry entry) {
        DebugDigest digest = new DebugDigest();
        digest.value(entry);
        return digest;
    }

    /** The fingerprint of a key and its value. */
    static DebugDigest ofEntry(Entry entry) {
        DebugDigest digest = new DebugDigest();
        digest.mix(entry.key());
        digest.value(entry);
        return digest;
    }

    private void value(Entry entry) {
        value(entry.value());
        if (entry.hasExpiry()) {
            add(EXPIRES);
        }
    }

    private void value(Object value) {
        mix(bigEndian(typeNumber(value)));
        if (StringValue.isString(value)) {
            mix(StringValue.bytes(value));
        } else if (value instanceof ListValue list) {
            list.forEach(0, list.size(), mixing);
        } else if (value instanceof SetValue set) {
            set.forEach(this::add);
        } else if (value instanceof SortedSetValue set) {
            set.forEach((member, score) -> {
                addPair(member, ScoreText.bytes(score));
                return true;
            });
        } else if (value instanceof HashValue hash) {
            hash.forEach(this::addPair);
        } else if (value instanceof StreamValue stream) {
            stream.forEach(StreamId.MIN, StreamId.MAX, false, entry -> {
                mix(Ascii.bytes(Long.toUnsignedString(entry.id().ms())
                        + '.'
                        + Long.toUnsignedString(entry.id().sequence())));
                entry.forEach(mixing);
                return true;
            });
        } else {
            throw new IllegalArgumentException("not a value: " + value.getClass());
        }
    }

    /** Redis numbers its types so. */
    private static int typeNumber(Object value) {
        if (value instanceof ListValue) {
            return 1;
        }
        if (value instanceof SetValue) {
            return 2;
        }
        if (value instanceof SortedSetValue) {
            return 3;
        }
        return value instanceof HashValue ? 4 : StringValue.isString(value) ? 0 : 6;
    }

    private void addPair(byte[] first, byte[] second) {
        DebugDigest pair = new DebugDigest();
        pair.mix(first);
        pair.mix(second);
        add(pair.sum);
    }

    /** Notes that the entries of a database follow. */
    void database(int number) {
        mix(bigEndian(number));
    }

    private static byte[] bigEndian(int number) {
        return new byte[] {(byte) (number >>> 24), (byte) (number >>> 16), (byte) (number >>> 8), (byte) number};
    }

    /** Adds something whose place does not matter. */
    private void add(byte[] bytes) {
        byte[] hash = sha1.digest(bytes);
        for (int i = 0; i < BYTES; i++) {
            sum[i] ^= hash[i];
        }
    }

    /** Adds another fingerprint whose place does not matter. */
    void add(DebugDigest other) {
        add(other.sum);
    }

    private void mix(byte[] bytes) {
        add(bytes);
        System.arraycopy(sha1.digest(sum), 0, sum, 0, BYTES);
    }

    String hex() {
        return HexFormat.of().formatHex(sum);
    }
}
