package dev.rondo.membership;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jgroups.Address;
import org.jgroups.util.ExtendedUUID;
import org.jspecify.annotations.Nullable;

/**
 * One life of one node: its id and the incarnation. It travels inside the node's bus address, so whoever sees a view or
 * a message knows at once whose it is. Immutable; any thread.
 *
 * @param incarnation differs between the lives of a node
 */
public record Identity(NodeId id, long incarnation) {

    private static final byte[] KEY = {'r'};
    private static final int SIZE_BYTES = NodeId.SIZE_BYTES + Long.BYTES;

    /** The life that a member announces. */
    public static Identity of(Member member) {
        return new Identity(member.id(), member.incarnation());
    }

    void write(DataOutput out) throws IOException {
        id.write(out);
        out.writeLong(incarnation);
    }

    static Identity read(DataInput in) throws IOException {
        return new Identity(NodeId.read(in), in.readLong());
    }

    /** A new bus address that carries this identity. */
    Address newAddress() {
        byte[] bytes = ByteBuffer.allocate(SIZE_BYTES)
                .put(HexFormat.of().parseHex(id.hex()))
                .putLong(incarnation)
                .array();
        return ExtendedUUID.randomUUID(id.hex()).put(KEY, bytes);
    }

    /** The identity in a bus address; null when it is not the address of a Rondo node. */
    static @Nullable Identity of(@Nullable Address address) {
        if (!(address instanceof ExtendedUUID extended)) {
            return null;
        }
        byte[] bytes = extended.get(KEY);
        if (bytes == null || bytes.length != SIZE_BYTES) {
            return null;
        }
        NodeId id = new NodeId(HexFormat.of().formatHex(bytes, 0, NodeId.SIZE_BYTES));
        return new Identity(id, ByteBuffer.wrap(bytes).getLong(NodeId.SIZE_BYTES));
    }
}
