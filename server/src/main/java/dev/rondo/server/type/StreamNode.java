package dev.rondo.server.type;

import dev.rondo.server.resp.Ascii;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Entries of a stream in a row: a {@link Listpack} in the layout of Redis's macro nodes, so that DUMP and RDB files
 * take it as it is. Entries are named by their offset, valid until the next change. A deleted entry stays, marked as
 * such.
 *
 * <p>Layout: the number of entries, that of deleted ones, the number of fields and the fields of the first entry, 0. Of
 * each entry: flags, time and sequence less those of the node's id, the number of its fields and fields and values in
 * turn (where the fields are those of the first entry, the values alone), then how many elements it has, read
 * backwards.
 */
final class StreamNode {
    static final int NONE = Listpack.NONE;

    private static final int DELETED = 1;
    private static final int SAME_FIELDS = 2;
    /** Flags, time and sequence. */
    private static final int ENTRY_HEAD = 3;
    /** How many entries there are, how many deleted ones, how many fields. */
    private static final int NODE_HEAD = 3;

    private static final byte[] ZERO = {'0'};
    private static final byte[] ONE = {'1'};

    private final StreamId id;
    private final int headFields;
    private Listpack pack;

    /** A node of one entry. */
    StreamNode(StreamId id, byte[][] arguments, int from) {
        this.id = id;
        headFields = (arguments.length - from) / 2;
        pack = new Listpack();
        pack.append(ONE);
        pack.append(ZERO);
        pack.append(Ascii.decimal(headFields));
        for (int i = from; i < arguments.length; i += 2) {
            pack.append(arguments[i]);
        }
        pack.append(ZERO);
        append(id, arguments, from, true);
    }

    private StreamNode(StreamId id, Listpack pack, int headFields) {
        this.id = id;
        this.pack = pack;
        this.headFields = headFields;
    }

    /** The node of this id that consists of a listpack, null when that is none. The caller gives it away. */
    static @Nullable StreamNode of(StreamId id, Listpack pack) {
        Check check = new Check(pack);
        long live = check.number();
        long deleted = check.number();
        long fields = check.number();
        check.skip(fields);
        check.expect(0);
        long[] found = {0, 0};
        StreamId last = id.previous();
        while (check.isSound && check.at != NONE) {
            long flags = check.number();
            StreamId entry = new StreamId(id.ms() + check.number(), id.sequence() + check.number());
            boolean same = (flags & SAME_FIELDS) != 0;
            long values = same ? fields : check.number();
            check.isSound &= values >= 0 && values <= pack.count();
            check.skip(same ? values : 2 * values);
            check.expect(ENTRY_HEAD + (same ? values : 1 + 2 * values));
            check.isSound &= (flags & ~(DELETED | SAME_FIELDS)) == 0 && (last == null || entry.isAfter(last));
            last = entry;
            found[(flags & DELETED) == 0 ? 0 : 1]++;
        }
        boolean isNode = check.isSound && found[0] == live && found[1] == deleted && live + deleted > 0;
        return isNode ? new StreamNode(id, pack, (int) fields) : null;
    }

    /** Goes through a listpack whose elements may not be what they should be. */
    private static final class Check {
        private final Listpack pack;
        private int at;
        private boolean isSound = true;

        Check(Listpack pack) {
            this.pack = pack;
            at = pack.first();
        }

        long number() {
            isSound &= at != NONE && pack.isLong(at);
            if (!isSound) {
                return 0;
            }
            long value = pack.toLong(at);
            at = pack.next(at);
            return value;
        }

        void expect(long value) {
            isSound &= number() == value;
        }

        void skip(long elements) {
            isSound &= elements >= 0 && elements <= pack.count();
            for (long i = 0; i < elements && isSound; i++) {
                isSound = at != NONE;
                at = isSound ? pack.next(at) : NONE;
            }
        }
    }

    // ---- the node ----

    /** The id that those of the entries are counted from: that of the first one. */
    StreamId id() {
        return id;
    }

    Listpack pack() {
        return pack;
    }

    int sizeBytes() {
        return pack.sizeBytes();
    }

    int allocatedBytes() {
        return pack.allocatedBytes();
    }

    /** The number of entries that are not deleted. */
    int live() {
        return (int) pack.toLong(pack.first());
    }

    /** The number of entries that are marked as deleted. */
    int deleted() {
        return (int) pack.toLong(pack.next(pack.first()));
    }

    StreamNode copy() {
        return new StreamNode(id, pack.copy(), headFields);
    }

    /** Gives back the room for more: the node is full. */
    void trimToSize() {
        pack = pack.copy();
    }

    // ---- places ----

    private int skip(int at, int elements) {
        int place = at;
        for (int i = 0; i < elements; i++) {
            place = pack.next(place);
        }
        return place;
    }

    private int headAt() {
        return skip(pack.first(), NODE_HEAD);
    }

    /** The first entry, deleted or not. */
    int first() {
        return skip(headAt(), headFields + 1);
    }

    /** The last entry, deleted or not. */
    int last() {
        return startOf(pack.last());
    }

    /** The entry behind one, {@link #NONE} behind the last. */
    int next(int at) {
        int elements = hasHeadFields(at) ? headFields : 1 + 2 * fields(at);
        return skip(at, ENTRY_HEAD + elements + 1);
    }

    /** The entry in front of one, {@link #NONE} in front of the first. */
    int previous(int at) {
        return startOf(pack.previous(at));
    }

    /** The entry that ends with the element {@code countAt}; the head of the node ends with a zero. */
    private int startOf(int countAt) {
        long elements = pack.toLong(countAt);
        int at = countAt;
        for (long i = 0; i < elements; i++) {
            at = pack.previous(at);
        }
        return elements == 0 ? NONE : at;
    }

    // ---- entries ----

    private long flags(int at) {
        return pack.toLong(at);
    }

    private boolean hasHeadFields(int at) {
        return (flags(at) & SAME_FIELDS) != 0;
    }

    boolean isDeleted(int at) {
        return (flags(at) & DELETED) != 0;
    }

    StreamId id(int at) {
        int msAt = pack.next(at);
        return new StreamId(id.ms() + pack.toLong(msAt), id.sequence() + pack.toLong(pack.next(msAt)));
    }

    /** The order of an entry's id and another one. */
    int compare(int at, StreamId other) {
        int msAt = pack.next(at);
        return StreamId.compare(id.ms() + pack.toLong(msAt), id.sequence() + pack.toLong(pack.next(msAt)), other);
    }

    /** The number of an entry's fields. */
    int fields(int at) {
        return hasHeadFields(at) ? headFields : (int) pack.toLong(skip(at, ENTRY_HEAD));
    }

    /** Hands an entry's fields and values in turn to the visitor. */
    void forEach(int at, ListValue.Visitor visitor) {
        int fields = fields(at);
        int place = skip(at, ENTRY_HEAD);
        if (hasHeadFields(at)) {
            int fieldAt = headAt();
            for (int i = 0; i < fields; i++) {
                visit(fieldAt, visitor);
                visit(place, visitor);
                fieldAt = pack.next(fieldAt);
                place = pack.next(place);
            }
        } else {
            for (int i = 0; i < 2 * fields; i++) {
                place = pack.next(place);
                visit(place, visitor);
            }
        }
    }

    private void visit(int at, ListValue.Visitor visitor) {
        if (pack.isLong(at)) {
            visitor.number(pack.toLong(at));
        } else {
            visitor.bytes(pack.array(), pack.start(at), pack.length(at));
        }
    }

    // ---- changing ----

    /** Adds an entry behind the last: fields and values in turn, from {@code from} on. */
    void add(StreamId entryId, byte[][] arguments, int from) {
        boolean same = hasHeadFields(arguments, from);
        count(1, 0);
        append(entryId, arguments, from, same);
    }

    private boolean hasHeadFields(byte[][] arguments, int from) {
        if ((arguments.length - from) / 2 != headFields) {
            return false;
        }
        int at = headAt();
        for (int i = from; i < arguments.length; i += 2) {
            if (!pack.holds(at, arguments[i])) {
                return false;
            }
            at = pack.next(at);
        }
        return true;
    }

    private void append(StreamId entryId, byte[][] arguments, int from, boolean same) {
        int fields = (arguments.length - from) / 2;
        pack.append(Ascii.decimal(same ? SAME_FIELDS : 0));
        pack.append(Ascii.decimal(entryId.ms() - id.ms()));
        pack.append(Ascii.decimal(entryId.sequence() - id.sequence()));
        if (!same) {
            pack.append(Ascii.decimal(fields));
        }
        for (int i = from; i < arguments.length; i += 2) {
            if (!same) {
                pack.append(arguments[i]);
            }
            pack.append(arguments[i + 1]);
        }
        pack.append(Ascii.decimal(ENTRY_HEAD + (same ? fields : 1L + 2L * fields)));
    }

    /** Marks entries as deleted that are not yet. */
    void delete(int... entries) {
        for (int at : entries) { // the flags stay one byte, so no other moves
            pack.replace(at, Ascii.decimal(flags(at) | DELETED));
        }
        count(-entries.length, entries.length);
    }

    /** Marks the first entries, up to the one at {@code end}, as deleted, and returns how many were not yet. */
    int deleteUpTo(int end) {
        int[] found = new int[live()];
        int live = 0;
        for (int at = first(); at != end; at = next(at)) {
            if (!isDeleted(at)) {
                found[live++] = at;
            }
        }
        delete(Arrays.copyOf(found, live));
        return live;
    }

    private void count(int moreLive, int moreDeleted) {
        int liveAt = pack.first();
        pack.replace(liveAt, Ascii.decimal(pack.toLong(liveAt) + moreLive));
        int deletedAt = pack.next(pack.first());
        pack.replace(deletedAt, Ascii.decimal(pack.toLong(deletedAt) + moreDeleted));
    }
}
