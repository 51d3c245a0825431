package dev.rondo.server.type;

import static dev.rondo.server.type.ListpackElement.backLength;
import static dev.rondo.server.type.ListpackElement.backLengthBytes;
import static dev.rondo.server.type.ListpackElement.checkedLength;
import static dev.rondo.server.type.ListpackElement.dataLength;
import static dev.rondo.server.type.ListpackElement.encodedLength;
import static dev.rondo.server.type.ListpackElement.littleEndian;
import static dev.rondo.server.type.ListpackElement.stringLength;
import static dev.rondo.server.type.ListpackElement.stringStart;
import static dev.rondo.server.type.ListpackElement.write;
import static dev.rondo.server.type.ListpackElement.writeLittleEndian;

import dev.rondo.server.resp.Ascii;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of strings in one byte array: the compact form of small hashes, sets and sorted sets and of the nodes of
 * lists, its elements in the layout of Redis's listpack, so that DUMP and RDB files take them as they are. What is the
 * canonical form of an integer takes the integer's bytes only. Elements are named by their offset, which is valid until
 * the next change. Changes shift what follows, except at the head, where there may be room to spare: keep it small.
 *
 * <p>Layout: 4 bytes of total length, 2 of count (65535: unknown), the elements, 0xff; here the elements alone are kept.
 * What an element looks like is {@link ListpackElement}'s.
 *
 * @see <a href="https://github.com/antirez/listpack/blob/master/listpack.md">Listpack specification</a>
 */
public final class Listpack {
    /** No element: before the first or behind the last. */
    public static final int NONE = -1;

    private static final int HEADER_BYTES = 6;
    private static final int TERMINATOR_BYTES = 1;
    private static final int FIRST_BYTES = 24;
    private static final int UNKNOWN_COUNT = 0xffff;
    private static final int TERMINATOR = 0xff;
    private static final int MOST_SPARE_BYTES = 4096;

    private byte[] bytes;
    private int begin; // where the first element starts, or would
    private int end; // behind the last element
    private int count;

    public Listpack() {
        this(new byte[FIRST_BYTES], 0, 0, 0);
    }

    private Listpack(byte[] bytes, int begin, int end, int count) {
        this.bytes = bytes;
        this.begin = begin;
        this.end = end;
        this.count = count;
    }

    /** The listpack that consists of these bytes, null when they are none. The caller gives the array away. */
    public static @Nullable Listpack of(byte[] bytes) {
        int end = bytes.length - TERMINATOR_BYTES;
        if (end < HEADER_BYTES || littleEndian(bytes, 0, 4) != bytes.length || (bytes[end] & 0xff) != TERMINATOR) {
            return null;
        }
        Listpack pack = new Listpack(bytes, HEADER_BYTES, end, 0);
        int at = HEADER_BYTES;
        while (at < end) {
            int length = checkedLength(bytes, at, end);
            if (length < 0) {
                return null;
            }
            at += length;
            pack.count++;
        }
        int claimed = (int) littleEndian(bytes, 4, 2);
        return claimed == UNKNOWN_COUNT || claimed == pack.count ? pack : null;
    }

    // ---- reading ----

    public int count() {
        return count;
    }

    /** The length of {@link #toByteArray}. */
    public int sizeBytes() {
        return HEADER_BYTES + end - begin + TERMINATOR_BYTES;
    }

    /** The bytes that are allocated. */
    public int allocatedBytes() {
        return bytes.length;
    }

    /** The first element, {@link #NONE} if there is none. */
    public int first() {
        return begin == end ? NONE : begin;
    }

    /** The last element, {@link #NONE} if there is none. */
    public int last() {
        return begin == end ? NONE : before(end);
    }

    /** The element behind one, {@link #NONE} behind the last. */
    public int next(int at) {
        int next = behind(at);
        return next == end ? NONE : next;
    }

    /** The element before one, {@link #NONE} before the first. */
    public int previous(int at) {
        return at == begin ? NONE : before(at);
    }

    /**
     * The element of this index, or counted from the end if it is negative (-1: the last); {@link #NONE} if outside.
     */
    public int seek(long index) {
        long forward = index < 0 ? count + index : index;
        if (forward < 0 || forward >= count) {
            return NONE;
        }
        int at;
        if (forward <= count / 2) {
            at = begin;
            for (long i = 0; i < forward; i++) {
                at = behind(at);
            }
        } else {
            at = end;
            for (long i = count; i > forward; i--) {
                at = before(at);
            }
        }
        return at;
    }

    private int behind(int at) {
        int data = (int) dataLength(bytes, at);
        return at + data + backLengthBytes(data);
    }

    private int before(int at) {
        int data = backLength(bytes, at);
        return at - data - backLengthBytes(data);
    }

    /** Whether the element is held as an integer. */
    public boolean isLong(int at) {
        return ListpackElement.isLong(bytes, at);
    }

    /** The number of an element for which {@link #isLong} holds. */
    public long toLong(int at) {
        return ListpackElement.toLong(bytes, at);
    }

    /** The element as a string of bytes. */
    public byte[] get(int at) {
        if (isLong(at)) {
            return Ascii.decimal(toLong(at));
        }
        int start = stringStart(bytes, at);
        return Arrays.copyOfRange(bytes, start, start + (int) stringLength(bytes, at));
    }

    /** The length of {@link #get}. */
    public int length(int at) {
        return isLong(at) ? Ascii.length(toLong(at)) : (int) stringLength(bytes, at);
    }

    /** Whether {@link #get} would return these bytes. */
    public boolean holds(int at, byte[] value) {
        if (isLong(at)) {
            return Ascii.isLong(value) && Ascii.toLong(value) == toLong(at);
        }
        int length = (int) stringLength(bytes, at);
        int start = stringStart(bytes, at);
        return length == value.length && Arrays.equals(bytes, start, start + length, value, 0, length);
    }

    /** The first element equal to {@code value}, {@link #NONE} if there is none. */
    public int find(byte[] value) {
        return find(value, 1);
    }

    /** As {@link #find(byte[])}, looking at every {@code step}th element from the first on. */
    public int find(byte[] value, int step) {
        boolean number = Ascii.isLong(value);
        long wanted = number ? Ascii.toLong(value) : 0;
        for (int at = begin; at < end; ) {
            if (isLong(at)) {
                if (number && toLong(at) == wanted) {
                    return at;
                }
            } else if (!number && holds(at, value)) {
                return at;
            }
            for (int i = 0; i < step && at < end; i++) {
                at = behind(at);
            }
        }
        return NONE;
    }

    // ---- changing ----

    public void append(byte[] value) {
        insert(end, value);
    }

    /** Inserts in front of the element {@code at}. */
    public void insertBefore(int at, byte[] value) {
        insert(at, value);
    }

    private void insert(int at, byte[] value) {
        int room = shift(at, at, encodedLength(value)); // which may take another array
        write(bytes, room, value);
        count++;
    }

    /** Puts another value in the place of the element {@code at}; one that takes as many bytes moves no other. */
    public void replace(int at, byte[] value) {
        int behind = behind(at);
        int length = encodedLength(value);
        int room = length == behind - at ? at : shift(at, behind, length);
        write(bytes, room, value);
    }

    /** Removes the element {@code at} and those behind it, so many in all, and returns the one that follows. */
    public int remove(int at, int elements) {
        int behind = at;
        for (int i = 0; i < elements; i++) {
            behind = behind(behind);
        }
        int follows = shift(at, behind, 0);
        count -= elements;
        return follows == end ? NONE : follows;
    }

    /**
     * Makes room of {@code length} bytes in place of {@code [from..to)} and returns where it starts: what follows moves,
     * but at the head, where there is room enough in front, nothing does.
     */
    private int shift(int from, int to, int length) {
        if (from == begin && to >= length && !isMuchTooLarge(end - to + length)) {
            begin = to - length;
            return begin;
        }
        int newEnd = Math.addExact(end, length - (to - from));
        int size = newEnd - begin;
        int at = from;
        byte[] target = bytes;
        if (newEnd > bytes.length || isMuchTooLarge(size)) {
            target = new byte[Math.addExact(size, size / 8) + 8 & ~7];
            at = from - begin;
            System.arraycopy(bytes, begin, target, 0, at);
            newEnd = size;
            begin = 0;
        }
        System.arraycopy(bytes, to, target, at + length, end - to);
        bytes = target;
        end = newEnd;
        return at;
    }

    private boolean isMuchTooLarge(int size) {
        return size < bytes.length / 4 && bytes.length > 64;
    }

    /**
     * Makes room behind the last element for another, and for about as many bytes again as there are, up to
     * {@link #MOST_SPARE_BYTES}, since more elements are to come; {@link #trim} gives back what they did not take.
     */
    void reserveBehind(byte[] element) {
        int needed = encodedLength(element);
        if (needed > bytes.length - end) {
            room(begin, Math.addExact(needed, spare(needed)));
        }
    }

    /** As {@link #reserveBehind}, in front of the first element. */
    void reserveInFront(byte[] element) {
        int needed = encodedLength(element);
        if (needed > begin) {
            room(Math.addExact(needed, spare(needed)), bytes.length - end);
        }
    }

    private int spare(int needed) {
        return Math.min(Math.addExact(end - begin, needed), MOST_SPARE_BYTES);
    }

    /** Takes no more memory than the elements need. */
    void trim() {
        if (bytes.length > end - begin) {
            room(0, 0);
        }
    }

    /** Gives the elements so many bytes of room in front and behind. */
    private void room(int inFront, int behind) {
        int size = end - begin;
        byte[] target = new byte[Math.addExact(Math.addExact(inFront, size), behind)];
        System.arraycopy(bytes, begin, target, inFront, size);
        bytes = target;
        begin = inFront;
        end = inFront + size;
    }

    // ---- in bulk ----

    /**
     * The array with the bytes of an element that is no integer, from {@link #start} on; valid until the next change.
     */
    byte[] array() {
        return bytes;
    }

    /** Where in {@link #array} the bytes of an element that is no integer start. */
    int start(int at) {
        return stringStart(bytes, at);
    }

    /** Takes the elements from {@code at} on away into a listpack of their own. */
    Listpack splitOff(int at) {
        int moved = 0;
        for (int each = at; each < end; each = behind(each)) {
            moved++;
        }
        Listpack rest = new Listpack(Arrays.copyOfRange(bytes, at, end), 0, end - at, moved);
        shift(at, end, 0);
        count -= moved;
        return rest;
    }

    /** Puts the elements of another listpack behind these. */
    void appendAll(Listpack other) {
        int length = other.end - other.begin;
        int at = shift(end, end, length);
        System.arraycopy(other.bytes, other.begin, bytes, at, length);
        count += other.count;
    }

    /**
     * Removes elements equal to {@code value}, at most {@code most}, the last ones where {@code fromTail}, in one pass.
     *
     * @return how many
     */
    int removeAll(byte[] value, long most, boolean fromTail) {
        int[] found = matches(value, most, fromTail);
        if (found.length == 0) {
            return 0;
        }
        int length = behind(found[0]) - found[0];
        int target = found[0];
        for (int i = 0; i < found.length; i++) {
            int from = found[i] + length;
            int to = i + 1 < found.length ? found[i + 1] : end;
            System.arraycopy(bytes, from, bytes, target, to - from);
            target += to - from;
        }
        shift(target, end, 0);
        count -= found.length;
        return found.length;
    }

    /** The first or last elements equal to {@code value}, in ascending order. */
    private int[] matches(byte[] value, long most, boolean fromTail) {
        int[] found = new int[4];
        int matches = 0;
        for (int at = fromTail ? last() : first(); at != NONE && matches < most; ) {
            if (holds(at, value)) {
                found = matches == found.length ? Arrays.copyOf(found, 2 * matches) : found;
                found[matches++] = at;
            }
            at = fromTail ? previous(at) : next(at);
        }
        int[] result = Arrays.copyOf(found, matches);
        Arrays.sort(result);
        return result;
    }

    // ---- as a whole ----

    public Listpack copy() {
        return new Listpack(Arrays.copyOfRange(bytes, begin, end), 0, end - begin, count);
    }

    /** The bytes in Redis's layout. */
    public byte[] toByteArray() {
        byte[] result = new byte[sizeBytes()];
        writeLittleEndian(result, 0, result.length, 4);
        writeLittleEndian(result, 4, Math.min(count, UNKNOWN_COUNT), 2);
        System.arraycopy(bytes, begin, result, HEADER_BYTES, end - begin);
        result[result.length - TERMINATOR_BYTES] = (byte) TERMINATOR;
        return result;
    }
}
