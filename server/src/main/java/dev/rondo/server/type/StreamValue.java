package dev.rondo.server.type;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A stream: entries of fields and values in the order of their ids, in nodes of a few kilobytes, and groups of
 * consumers. Entries come at the tail, and go at the head or where they are deleted; where an id is, is found by binary
 * search among the nodes and a walk within one. An entry with the fields of the first in its node takes some six bytes
 * beside its values.
 *
 * <p>A node goes once all its entries are deleted, except where trimming to an id leaves it since a deleted entry in it
 * is behind the id: as in Redis, so that what is trimmed by whole nodes is the same.
 */
public final class StreamValue extends Value {
    /** An entry and a node hold no more bytes. */
    public static final int MAX_BYTES = 1 << 30;

    private static final long OBJECT_BYTES =
            ObjectSize.of(6 * ObjectSize.REFERENCE + 3 * 8 + 8 + 4 + 8) + 4 * ObjectSize.of(2 * 8);
    private static final long NODE_BYTES = ObjectSize.of(2 * ObjectSize.REFERENCE + 4)
            + ObjectSize.of(2 * 8)
            + ObjectSize.of(ObjectSize.REFERENCE + 3 * 4);
    /** The nodes that the memory of a long stream is judged by. */
    private static final int SAMPLED_NODES = 16;

    /** Told entries of a stream, which must not change meanwhile. */
    @FunctionalInterface
    public interface Visitor {
        /** Whether more entries are wanted. */
        boolean visit(StreamEntry entry);
    }

    private final StreamNodes nodes;
    private long length;
    private StreamId firstId = StreamId.MIN; // of the entries that are there; MIN where there is none
    private StreamId topId = StreamId.MIN;
    private StreamId lastId = StreamId.MIN;
    private StreamId maxDeletedId = StreamId.MIN;
    private long entriesAdded;
    private @Nullable NavigableMap<byte[], StreamGroup> groups; // null while there is none
    private long steps;
    private long groupBytes; // as they were some changes ago
    private int changesUntilGroups;

    /** An empty stream. */
    public StreamValue() {
        this(new StreamNodes());
    }

    private StreamValue(StreamNodes nodes) {
        this.nodes = nodes;
    }

    @Override
    public DataType type() {
        return DataType.STREAM;
    }

    @Override
    public String encoding() {
        return "stream";
    }

    @Override
    public long size() {
        return length;
    }

    /** How many nodes and entries were looked at so far, for tests of how the work grows. */
    long steps() {
        return steps + nodes.visited();
    }

    // ---- counters ----

    /** The id of the first entry, {@link StreamId#MIN} where there is none. */
    public StreamId firstId() {
        return firstId;
    }

    /** The id of the last entry, {@link StreamId#MIN} where there is none. */
    public StreamId topId() {
        return topId;
    }

    /** The id behind which the next entry must be. */
    public StreamId lastId() {
        return lastId;
    }

    /** The greatest id that was deleted by name, {@link StreamId#MIN} if none was. */
    public StreamId maxDeletedId() {
        return maxDeletedId;
    }

    /** How many entries were ever added. */
    public long entriesAdded() {
        return entriesAdded;
    }

    public void lastId(StreamId id) {
        lastId = id;
    }

    public void maxDeletedId(StreamId id) {
        maxDeletedId = id;
    }

    public void entriesAdded(long count) {
        entriesAdded = count;
    }

    // ---- adding ----

    /**
     * Adds an entry behind {@link #lastId}: fields and values in turn, from {@code from} on. Takes none of the arrays.
     */
    public void add(StreamId id, byte[][] arguments, int from, Limits limits) {
        StreamNode last = nodes.count() == 0 ? null : nodes.get(nodes.count() - 1);
        if (last != null && isFull(last, bytes(arguments, from), limits)) {
            last.trimToSize();
            last = null;
        }
        if (last == null) {
            nodes.addLast(new StreamNode(id, arguments, from));
        } else {
            last.add(id, arguments, from);
        }
        length++;
        entriesAdded++;
        lastId = id;
        topId = id;
        if (length == 1) {
            firstId = id;
        }
    }

    /** The bytes of an entry's fields and values. */
    public static long bytes(byte[][] arguments, int from) {
        long bytes = 0;
        for (int i = from; i < arguments.length; i++) {
            bytes += arguments[i].length;
        }
        return bytes;
    }

    private static boolean isFull(StreamNode node, long moreBytes, Limits limits) {
        long mostBytes = limits.streamNodeBytes() == 0 ? MAX_BYTES : Math.min(MAX_BYTES, limits.streamNodeBytes());
        return node.sizeBytes() + moreBytes >= mostBytes
                || limits.streamNodeEntries() != 0 && (long) node.live() + node.deleted() >= limits.streamNodeEntries();
    }

    // ---- finding ----

    public boolean contains(StreamId id) {
        boolean[] found = {false};
        forEach(id, id, false, entry -> {
            found[0] = true;
            return false;
        });
        return found[0];
    }

    /** Visits the entries from one id to another, both included, from the last to the first where {@code reverse}. */
    public void forEach(StreamId from, StreamId to, boolean reverse, Visitor visitor) {
        if (nodes.count() == 0 || from.isAfter(to)) {
            return;
        }
        if (reverse) {
            for (int place = nodes.floor(to); place >= 0; place--) {
                if (!visitBackwards(nodes.get(place), from, to, visitor)) {
                    return;
                }
            }
        } else {
            for (int place = Math.max(0, nodes.floor(from)); place < nodes.count(); place++) {
                if (!visit(nodes.get(place), from, to, visitor)) {
                    return;
                }
            }
        }
    }

    /** Visits entries of one node; whether those of the next are wanted. */
    private boolean visit(StreamNode node, StreamId from, StreamId to, Visitor visitor) {
        for (int at = node.first(); at != StreamNode.NONE; at = node.next(at)) {
            steps++;
            if (node.isDeleted(at) || node.compare(at, from) < 0) {
                continue;
            }
            if (node.compare(at, to) > 0 || !visitor.visit(new StreamEntry(node, at))) {
                return false;
            }
        }
        return true;
    }

    private boolean visitBackwards(StreamNode node, StreamId from, StreamId to, Visitor visitor) {
        for (int at = node.last(); at != StreamNode.NONE; at = node.previous(at)) {
            steps++;
            if (node.isDeleted(at) || node.compare(at, to) > 0) {
                continue;
            }
            if (node.compare(at, from) < 0 || !visitor.visit(new StreamEntry(node, at))) {
                return false;
            }
        }
        return true;
    }

    // ---- removing ----

    /** Deletes an entry; false when there is none of this id. */
    public boolean delete(StreamId id) {
        int place = nodes.floor(id);
        if (place < 0) {
            return false;
        }
        StreamNode node = nodes.get(place);
        int at = node.first();
        while (at != StreamNode.NONE && node.compare(at, id) < 0) {
            steps++;
            at = node.next(at);
        }
        if (at == StreamNode.NONE || node.compare(at, id) != 0 || node.isDeleted(at)) {
            return false;
        }
        if (node.live() == 1) {
            nodes.remove(place);
        } else {
            node.delete(at);
        }
        length--;
        if (id.isAfter(maxDeletedId)) {
            maxDeletedId = id;
        }
        if (id.equals(firstId) || id.equals(topId)) {
            findEdges();
        }
        return true;
    }

    /** Removes the oldest entries and returns how many. */
    public long trim(StreamTrim trim) {
        long before = length;
        while (nodes.count() > 0 && !trim.isShortEnough(length)) {
            StreamNode first = nodes.get(0);
            if (trim.limit() != 0 && before - length + first.live() > trim.limit()) {
                break;
            }
            if (trim.takesWhole(first, length)) {
                length -= first.live();
                nodes.removeFirst();
                continue;
            }
            if (!trim.wholeNodes()) {
                length -= first.deleteUpTo(trim.end(first, length));
            }
            break;
        }
        if (length != before) {
            findEdges();
        }
        return before - length;
    }

    private void findEdges() {
        firstId = StreamId.MIN;
        topId = StreamId.MIN;
        forEach(StreamId.MIN, StreamId.MAX, false, entry -> {
            firstId = entry.id();
            return false;
        });
        forEach(StreamId.MIN, StreamId.MAX, true, entry -> {
            topId = entry.id();
            return false;
        });
    }

    /** The first entry that is held, deleted or not; {@link StreamId#MAX} if there is none. */
    public StreamId firstHeldId() {
        return nodes.count() == 0 ? StreamId.MAX : nodes.get(0).id(nodes.get(0).first());
    }

    // ---- groups ----

    /** In the order of their names. */
    public Collection<StreamGroup> groups() {
        return groups == null ? Collections.emptyList() : Collections.unmodifiableCollection(groups.values());
    }

    public @Nullable StreamGroup group(byte[] name) {
        return groups == null ? null : groups.get(name);
    }

    /** Adds a group whose name is not present. The caller gives the array away. */
    public StreamGroup addGroup(byte[] name, StreamId groupLastId, long entriesRead) {
        if (groups == null) {
            groups = new TreeMap<>(Arrays::compareUnsigned);
        }
        StreamGroup group = new StreamGroup(name, groupLastId, entriesRead);
        groups.put(name, group);
        return group;
    }

    /** Removes a group; false when there is none of this name. */
    public boolean removeGroup(byte[] name) {
        return groups != null && groups.remove(name) != null;
    }

    /** Whether there are entries that were not delivered to the group yet. */
    public boolean hasNewFor(StreamGroup group) {
        return length > 0 && topId.isAfter(group.lastId());
    }

    /** The group gets the next entry. Its counter stays known as long as no deletion makes the count uncertain. */
    public void deliver(StreamGroup group, StreamId id) {
        if (!id.isAfter(group.lastId())) {
            return;
        }
        if (group.entriesRead() != StreamGroup.UNKNOWN && !isDeletedFrom(id)) {
            group.entriesRead(group.entriesRead() + 1);
        } else if (entriesAdded != 0) {
            group.entriesRead(entriesUpTo(id));
        }
        group.lastId(id);
    }

    /** Whether an entry from this id on may have been deleted by name. */
    private boolean isDeletedFrom(StreamId id) {
        return length > 0
                && !maxDeletedId.equals(StreamId.MIN)
                && !firstId.isAfter(maxDeletedId)
                && !id.isAfter(maxDeletedId);
    }

    /** How many of all entries ever added are not behind this id, {@link StreamGroup#UNKNOWN} where nobody can tell. */
    public long entriesUpTo(StreamId id) {
        if (entriesAdded == 0 || length == 0 && !id.isAfter(lastId) || id.equals(lastId)) {
            return entriesAdded;
        }
        boolean isCertain = maxDeletedId.equals(StreamId.MIN) || maxDeletedId.isBefore(firstId);
        if (id.isAfter(lastId) || !isCertain || id.isAfter(firstId)) {
            return StreamGroup.UNKNOWN;
        }
        return entriesAdded - length + (id.equals(firstId) ? 1 : 0);
    }

    /** How many entries are not delivered to the group yet; null where nobody can tell. */
    public @Nullable Long lag(StreamGroup group) {
        if (entriesAdded == 0) {
            return 0L;
        }
        boolean isCounted = group.entriesRead() != StreamGroup.UNKNOWN && !isDeletedFrom(group.lastId());
        long read = isCounted ? group.entriesRead() : entriesUpTo(group.lastId());
        return read == StreamGroup.UNKNOWN ? null : (Long) (entriesAdded - read);
    }

    // ---- as a whole ----

    /** The number of nodes. */
    public int nodes() {
        return nodes.count();
    }

    /** The listpack of a node, not to be changed. */
    public Listpack node(int index) {
        return nodes.get(index).pack();
    }

    /** The id that the entries of a node are counted from. */
    public StreamId nodeId(int index) {
        return nodes.get(index).id();
    }

    /**
     * Takes a node as Redis lays it out, behind the others. The caller gives it away.
     *
     * @return false when it is none, or does not belong there
     */
    public boolean addNode(StreamId id, Listpack pack) {
        StreamNode node = StreamNode.of(id, pack);
        boolean isInOrder = nodes.count() == 0
                || nodes.get(nodes.count() - 1)
                                .compare(nodes.get(nodes.count() - 1).last(), id)
                        < 0;
        if (node == null || !isInOrder) {
            return false;
        }
        nodes.addLast(node);
        visit(node, StreamId.MIN, StreamId.MAX, entry -> {
            topId = entry.id();
            firstId = length == 0 ? topId : firstId;
            length++;
            return true;
        });
        return true;
    }

    @Override
    public void fit(Limits limits) {
        // Redis leaves the nodes as they are, too: the limits are for new ones.
    }

    @Override
    public StreamValue copy() {
        StreamValue copy = new StreamValue(nodes.copy());
        copy.length = length;
        copy.firstId = firstId;
        copy.topId = topId;
        copy.lastId = lastId;
        copy.maxDeletedId = maxDeletedId;
        copy.entriesAdded = entriesAdded;
        if (groups != null) {
            copy.groups = new TreeMap<>(Arrays::compareUnsigned);
            for (StreamGroup group : groups.values()) {
                copy.groups.put(group.name(), group.copy());
            }
        }
        return copy;
    }

    @Override
    public long footprintBytes() {
        return entryBytes() + groupBytes();
    }

    /** Looks at the groups as seldom as there are consumers. */
    @Override
    long quickFootprintBytes() {
        if (groups != null && --changesUntilGroups < 0) {
            groupBytes = groupBytes();
            changesUntilGroups = groups().stream()
                    .mapToInt(group -> group.consumers().size() + 1)
                    .sum();
        } else if (groups == null) {
            groupBytes = 0;
        }
        return entryBytes() + groupBytes;
    }

    private long groupBytes() {
        return groups().stream().mapToLong(StreamGroup::footprintBytes).sum();
    }

    private long entryBytes() {
        int sampled = Math.min(SAMPLED_NODES, nodes.count());
        long bytes = 0;
        for (int i = 0; i < sampled; i++) {
            int place = (int) ((long) i * nodes.count() / sampled);
            bytes += NODE_BYTES + ObjectSize.ofArray(nodes.get(place).allocatedBytes());
        }
        return OBJECT_BYTES + nodes.footprintBytes() + (sampled == 0 ? 0 : bytes * nodes.count() / sampled);
    }
}
