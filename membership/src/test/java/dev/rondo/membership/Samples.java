package dev.rondo.membership;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Members and codec round trips for the tests. */
final class Samples {

    /** Writes one value. */
    interface Writer {
        void write(DataOutput out) throws IOException;
    }

    /** Reads one value. */
    interface Reader<T> {
        T read(DataInput in) throws IOException;
    }

    private Samples() {}

    /** The i-th member of a cluster, with an id that depends on {@code i} alone. */
    static Member member(int i) {
        return member(i, "", 1);
    }

    static Member member(int i, String zone, int weight) {
        NodeId id = NodeId.random(new SplittableRandom(i));
        return new Member(id, 1000 + i, "127.0.0.1", 7000 + i, 17000 + i, zone, weight);
    }

    static List<Member> members(int count) {
        return IntStream.range(0, count).mapToObj(Samples::member).toList();
    }

    static byte[] bytes(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writer.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static <T> T read(byte[] bytes, Reader<T> reader) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        T value = reader.read(in);
        if (in.available() != 0) {
            throw new IOException(in.available() + " bytes left over");
        }
        return value;
    }
}
