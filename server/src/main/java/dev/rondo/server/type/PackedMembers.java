package dev.rondo.server.type;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The compact form of small sorted sets: one array with, for each member in order, its score (8 bytes), its length (7
 * bits a byte, the lowest first) and its bytes. Every operation walks the array. As in Redis's compact form, minus zero
 * becomes zero.
 */
final class PackedMembers implements MemberStore {
    /** Beyond so many bytes no set stays compact, whatever the limits say. */
    private static final int MOST_BYTES = 1 << 30;

    private static final int NONE = -1;
    private static final int MOST_LENGTH_BYTES = 5;
    private static final int FIRST_BYTES = 32;
    private static final VarHandle DOUBLES =
            MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes;
    private int end;
    private int count;

    PackedMembers() {
        this(new byte[FIRST_BYTES], 0, 0);
    }

    private PackedMembers(byte[] bytes, int end, int count) {
        this.bytes = bytes;
        this.end = end;
        this.count = count;
    }

    /** Whether there is room for one more member of this length. */
    boolean hasRoomFor(byte[] member) {
        return (long) end + member.length + Double.BYTES + MOST_LENGTH_BYTES <= MOST_BYTES;
    }

    @Override
    public int size() {
        return count;
    }

    // ---- walking: an entry is named by the offset of its score ----

    private double scoreAt(int at) {
        return (double) DOUBLES.get(bytes, at);
    }

    private int memberStart(int at) {
        int start = at + Double.BYTES;
        while (bytes[start] < 0) {
            start++;
        }
        return start + 1;
    }

    private int memberEnd(int at) {
        int start = at + Double.BYTES;
        int length = bytes[start] & 0x7f;
        for (int shift = 7; bytes[start] < 0; shift += 7) {
            length |= (bytes[++start] & 0x7f) << shift;
        }
        return start + 1 + length;
    }

    private byte[] memberAt(int at) {
        return Arrays.copyOfRange(bytes, memberStart(at), memberEnd(at));
    }

    /** The offset of the entry of this rank; the end of all entries for the rank behind the last. */
    private int seek(int rank) {
        int at = 0;
        for (int i = 0; i < rank; i++) {
            at = memberEnd(at);
        }
        return at;
    }

    private int find(byte[] member) {
        for (int at = 0; at < end; ) {
            int memberEnd = memberEnd(at);
            int start = memberStart(at);
            if (memberEnd - start == member.length
                    && Arrays.equals(bytes, start, memberEnd, member, 0, member.length)) {
                return at;
            }
            at = memberEnd;
        }
        return NONE;
    }

    @Override
    public double score(byte[] member) {
        int at = find(member);
        return at == NONE ? Double.NaN : scoreAt(at);
    }

    @Override
    public int rank(byte[] member) {
        int found = find(member);
        if (found == NONE) {
            return -1;
        }
        int rank = 0;
        for (int at = 0; at < found; at = memberEnd(at)) {
            rank++;
        }
        return rank;
    }

    @Override
    public int countBefore(Bound bound) {
        int rank = 0;
        for (int at = 0; at < end; rank++) {
            int memberEnd = memberEnd(at);
            if (!bound.isBefore(scoreAt(at), bytes, memberStart(at), memberEnd)) {
                break;
            }
            at = memberEnd;
        }
        return rank;
    }

    @Override
    public void forEach(int from, boolean downwards, SortedSetValue.Visitor visitor) {
        if (downwards) {
            downwards(from, visitor);
            return;
        }
        for (int at = seek(from); at < end; at = memberEnd(at)) {
            if (!visitor.visit(memberAt(at), scoreAt(at))) {
                return;
            }
        }
    }

    private void downwards(int from, SortedSetValue.Visitor visitor) {
        int[] offsets = new int[from + 1];
        for (int i = 1; i <= from; i++) {
            offsets[i] = memberEnd(offsets[i - 1]);
        }
        for (int i = from; i >= 0; i--) {
            if (!visitor.visit(memberAt(offsets[i]), scoreAt(offsets[i]))) {
                return;
            }
        }
    }

    @Override
    public long scan(long cursor, SortedSetValue.Visitor visitor) {
        forEach(0, false, visitor);
        return 0;
    }

    // ---- changing ----

    @Override
    public void add(byte[] member, double score) {
        insert(seek(countBefore(Bound.member(score, member))), member, score);
    }

    /** Adds a member that belongs behind all others. */
    void append(byte[] member, double score) {
        insert(end, member, score);
    }

    private void insert(int at, byte[] member, double score) {
        int lengthBytes = lengthBytes(member.length);
        shift(at, at, Double.BYTES + lengthBytes + member.length);
        DOUBLES.set(bytes, at, score == 0 ? 0.0 : score);
        int start = at + Double.BYTES;
        for (int rest = member.length, i = 0; i < lengthBytes; i++, rest >>>= 7) {
            bytes[start++] = (byte) (rest & 0x7f | (i == lengthBytes - 1 ? 0 : 0x80));
        }
        System.arraycopy(member, 0, bytes, start, member.length);
        count++;
    }

    private static int lengthBytes(int length) {
        return Math.max(1, (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 6) / 7);
    }

    @Override
    public void update(byte[] member, double score) {
        remove(member);
        add(member, score);
    }

    @Override
    public boolean remove(byte[] member) {
        int at = find(member);
        if (at == NONE) {
            return false;
        }
        shift(at, memberEnd(at), 0);
        count--;
        return true;
    }

    @Override
    public void removeRange(int from, int removed) {
        int start = seek(from);
        int behind = start;
        for (int i = 0; i < removed; i++) {
            behind = memberEnd(behind);
        }
        shift(start, behind, 0);
        count -= removed;
    }

    /** Makes room of {@code length} bytes in place of {@code [from..to)}. */
    private void shift(int from, int to, int length) {
        int newEnd = end + length - (to - from);
        byte[] target = bytes;
        if (newEnd > bytes.length || newEnd < bytes.length / 4 && bytes.length > 2 * FIRST_BYTES) {
            target = new byte[newEnd + newEnd / 8 + 8 & ~7];
            System.arraycopy(bytes, 0, target, 0, from);
        }
        System.arraycopy(bytes, to, target, from + length, end - to);
        bytes = target;
        end = newEnd;
    }

    @Override
    public PackedMembers copy() {
        return new PackedMembers(Arrays.copyOf(bytes, end), end, count);
    }

    @Override
    public long footprintBytes() {
        return ObjectSize.of(ObjectSize.REFERENCE + 8) + ObjectSize.ofArray(bytes.length);
    }
}
