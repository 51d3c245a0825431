package dev.rondo.membership;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.BitSet;

/**
 * The two number forms of the bus messages: variable-length integers (7 bits a byte, low bits first) and bit sets as
 * run lengths. Reads check every bound, because the bytes come from another machine. Stateless; any thread.
 */
final class Wire {

    private Wire() {}

    static void writeVarint(DataOutput out, long value) throws IOException {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.writeByte((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    static long readVarint(DataInput in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = in.readByte();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new StreamCorruptedException("number longer than 64 bits");
    }

    /** Reads a number from 0 to {@code max}; {@code what} names it in the error. */
    static int readBounded(DataInput in, int max, String what) throws IOException {
        long value = readVarint(in);
        if (value < 0 || value > max) {
            throw new StreamCorruptedException(what + " out of range: " + value + " (0 to " + max + ")");
        }
        return (int) value;
    }

    /** Writes the first {@code size} bits as alternating run lengths, clear bits first. */
    static void writeBits(DataOutput out, BitSet bits, int size) throws IOException {
        int at = 0;
        boolean set = false;
        while (at < size) {
            int next = set ? bits.nextClearBit(at) : bits.nextSetBit(at);
            int end = next < 0 || next > size ? size : next;
            writeVarint(out, end - at);
            at = end;
            set = !set;
        }
    }

    static BitSet readBits(DataInput in, int size) throws IOException {
        BitSet bits = new BitSet(size);
        int at = 0;
        boolean set = false;
        boolean first = true;
        while (at < size) {
            int run = readBounded(in, size - at, "bit run");
            if (run == 0 && !first) {
                throw new StreamCorruptedException("empty bit run");
            }
            if (set) {
                bits.set(at, at + run);
            }
            at += run;
            set = !set;
            first = false;
        }
        return bits;
    }
}
