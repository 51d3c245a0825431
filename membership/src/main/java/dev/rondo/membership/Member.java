package dev.rondo.membership;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.Objects;

/**
 * One node of the cluster as it announces itself. Immutable; any thread.
 *
 * @param id the lasting id of the node
 * @param incarnation a number that is new at each start of the process; it tells a restarted node from its former self
 * @param host the address announced to clients
 * @param port the port announced to clients, 1 to 65535
 * @param busPort the port of the cluster bus, 1 to 65535
 * @param zone the failure zone (rack, availability zone); copies of a slot go to distinct zones first. Nodes that name
 *     no zone share the zone {@code ""}
 * @param weight the node's share of slots relative to the others, 0 to {@value #MAX_WEIGHT}; 0 = hand over everything
 *     and own nothing
 */
public record Member(NodeId id, long incarnation, String host, int port, int busPort, String zone, int weight) {

    /** The largest weight. */
    public static final int MAX_WEIGHT = 10_000;

    private static final int MAX_PORT = 65_535;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException when a port or the weight is out of range
     */
    public Member {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(zone, "zone");
        if (port < 1 || port > MAX_PORT || busPort < 1 || busPort > MAX_PORT) {
            throw new IllegalArgumentException("port out of range (1 to 65535): " + port + ", bus " + busPort);
        }
        if (weight < 0 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight out of range (0 to " + MAX_WEIGHT + "): " + weight);
        }
    }

    /** The same member with another weight. */
    public Member withWeight(int newWeight) {
        return new Member(id, incarnation, host, port, busPort, zone, newWeight);
    }

    /** The announced client address, {@code host:port}. */
    public String address() {
        return host + ":" + port;
    }

    /** Writes the binary form. */
    public void write(DataOutput out) throws IOException {
        id.write(out);
        out.writeLong(incarnation);
        out.writeUTF(host);
        out.writeShort(port);
        out.writeShort(busPort);
        out.writeUTF(zone);
        Wire.writeVarint(out, weight);
    }

    /**
     * Reads the binary form.
     *
     * @throws IOException when the bytes end early or are out of range
     */
    public static Member read(DataInput in) throws IOException {
        NodeId id = NodeId.read(in);
        long incarnation = in.readLong();
        String host = in.readUTF();
        int port = in.readUnsignedShort();
        int busPort = in.readUnsignedShort();
        String zone = in.readUTF();
        int weight = Wire.readBounded(in, MAX_WEIGHT, "weight");
        if (port == 0 || busPort == 0) {
            throw new StreamCorruptedException("port 0 announced by " + id);
        }
        return new Member(id, incarnation, host, port, busPort, zone, weight);
    }
}
