package dev.rondo.server.keyspace;

import java.util.Arrays;

/** The bytes of a key or of the beginning of keys, which compare by content. The array must not change. */
public record Key(byte[] bytes) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
