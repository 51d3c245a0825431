package dev.rondo.server.type;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.StringValue.RawString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A string that estimates how many distinct elements were added to it: 2^14 registers, each of which holds the longest
 * run of zero bits, plus one, in the hashes of its elements (Flajolet et al., 2007; Heule et al., "HyperLogLog in
 * Practice", 2013). The string is that of Redis, byte for byte: "HYLL", the form of the registers ({@link
 * DenseRegisters}, {@link SparseRegisters}), three bytes, the estimate of last time with a bit that says that it is out
 * of date, and the registers. A view of a string, which it changes in place; not thread-safe.
 */
public final class HyperLogLog {
    /** {@link #count} of registers that are not what they should be. */
    public static final long CORRUPT = -1;

    static final int HEADER_BYTES = 16;
    static final int REGISTERS = 1 << 14;

    private static final int INDEX_BITS = 14;
    private static final int RUN_BITS = 64 - INDEX_BITS;
    private static final int POSSIBLE_VALUES = 64;
    private static final long SEED = 0xadc83b19L;

    private static final byte[] MAGIC = Ascii.bytes("HYLL");
    private static final int FORM_AT = 4;
    private static final int DENSE = 0;
    private static final int SPARSE = 1;
    private static final int ESTIMATE_AT = 8;
    private static final int OUT_OF_DATE_AT = 15;
    private static final int OUT_OF_DATE = 0x80;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** What became of an element or a register. */
    public enum Update {
        /** The registers stay as they were. */
        NONE,
        /** A register was raised. */
        DONE,
        /** The string does not have the register. */
        CORRUPT
    }

    private final RawString string;

    /** A view of a string that {@link #isOne}. */
    public HyperLogLog(RawString string) {
        this.string = string;
    }

    /** A new one that has seen no element. */
    public static HyperLogLog empty() {
        byte[] runs = SparseRegisters.none();
        byte[] bytes = new byte[HEADER_BYTES + runs.length];
        System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
        bytes[FORM_AT] = SPARSE;
        System.arraycopy(runs, 0, bytes, HEADER_BYTES, runs.length);
        return new HyperLogLog(RawString.owning(bytes));
    }

    /** Whether a string looks like one: its header, and its length if it is dense. */
    public static boolean isOne(Object string) {
        int length = StringValue.length(string);
        if (string instanceof Long || length < HEADER_BYTES) {
            return false;
        }
        byte[] bytes = StringValue.array(string);
        for (int i = 0; i < MAGIC.length; i++) {
            if (bytes[i] != MAGIC[i]) {
                return false;
            }
        }
        return bytes[FORM_AT] == SPARSE || bytes[FORM_AT] == DENSE && length == DenseRegisters.STRING_BYTES;
    }

    public RawString string() {
        return string;
    }

    public boolean isDense() {
        return string.array()[FORM_AT] == DENSE;
    }

    // ---- changing ----

    /**
     * Adds an element.
     *
     * @param mostSparseBytes a sparse string that would have to grow beyond this becomes dense
     */
    public Update add(byte[] element, long mostSparseBytes) {
        long hash = MurmurHash64.hash(element, SEED);
        int index = (int) hash & REGISTERS - 1;
        int value = Long.numberOfTrailingZeros(hash >>> INDEX_BITS | 1L << RUN_BITS) + 1;
        return raise(index, value, mostSparseBytes);
    }

    private Update raise(int index, int value, long mostSparseBytes) {
        if (!isDense()) {
            switch (SparseRegisters.raise(string, index, value, mostSparseBytes)) {
                case HIGH_ENOUGH -> {
                    return Update.NONE;
                }
                case RAISED -> {
                    markOutOfDate();
                    return Update.DONE;
                }
                case CORRUPT -> {
                    return Update.CORRUPT;
                }
                case TOO_LARGE -> {
                    if (!makeDense()) {
                        return Update.CORRUPT;
                    }
                }
            }
        }
        if (!DenseRegisters.raise(string.array(), index, value)) {
            return Update.NONE;
        }
        markOutOfDate();
        return Update.DONE;
    }

    /** Makes the string dense if it is not; false, and nothing is changed, where the registers are corrupt. */
    public boolean makeDense() {
        if (isDense()) {
            return true;
        }
        byte[] registers = new byte[REGISTERS];
        if (!SparseRegisters.mergeInto(registers, string)) {
            return false;
        }
        byte[] bytes = new byte[DenseRegisters.STRING_BYTES];
        System.arraycopy(string.array(), 0, bytes, 0, HEADER_BYTES);
        bytes[FORM_AT] = DENSE;
        for (int i = 0; i < REGISTERS; i++) {
            DenseRegisters.set(bytes, i, registers[i]);
        }
        string.become(bytes);
        return true;
    }

    // ---- merging ----

    /** Registers, a byte each, to merge several into. */
    public static byte[] newRegisters() {
        return new byte[REGISTERS];
    }

    /** Raises {@code registers} to these; false where these are corrupt. */
    public boolean mergeInto(byte[] registers) {
        if (isDense()) {
            DenseRegisters.mergeInto(registers, string.array());
            return true;
        }
        return SparseRegisters.mergeInto(registers, string);
    }

    /** Raises these registers, which are not corrupt, to {@code registers}. */
    public void mergeFrom(byte[] registers, long mostSparseBytes) {
        for (int i = 0; i < REGISTERS; i++) {
            if (registers[i] != 0) {
                raise(i, registers[i], mostSparseBytes);
            }
        }
        markOutOfDate();
    }

    // ---- estimating ----

    /** Whether the string remembers the estimate for its present registers. */
    public boolean isUpToDate() {
        return (string.array()[OUT_OF_DATE_AT] & OUT_OF_DATE) == 0;
    }

    /** The estimate will have to be made anew. */
    public void markOutOfDate() {
        string.array()[OUT_OF_DATE_AT] |= (byte) OUT_OF_DATE;
    }

    /** The estimate that the string remembers. */
    public long remembered() {
        return (long) LONGS.get(string.array(), ESTIMATE_AT);
    }

    public void remember(long estimate) {
        LONGS.set(string.array(), ESTIMATE_AT, estimate);
    }

    /** The estimate for the registers, {@link #CORRUPT} if there is none. */
    public long count() {
        int[] counts = new int[POSSIBLE_VALUES];
        if (isDense()) {
            DenseRegisters.count(string.array(), counts);
        } else if (!SparseRegisters.count(string, counts)) {
            return CORRUPT;
        }
        return Cardinality.estimate(counts, REGISTERS, RUN_BITS + 1);
    }

    /** The estimate for merged registers. */
    public static long count(byte[] registers) {
        int[] counts = new int[POSSIBLE_VALUES];
        for (byte value : registers) {
            counts[value]++;
        }
        return Cardinality.estimate(counts, REGISTERS, RUN_BITS + 1);
    }

    // ---- looking inside ----

    /** The value of a register of a dense string. */
    public int register(int index) {
        return DenseRegisters.get(string.array(), index);
    }

    public static int registers() {
        return REGISTERS;
    }

    /** The runs of a sparse string, as PFDEBUG DECODE shows them. */
    public String runs() {
        return SparseRegisters.text(string);
    }
}
