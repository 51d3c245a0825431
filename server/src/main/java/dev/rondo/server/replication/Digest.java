package dev.rondo.server.replication;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.HashValue;
import dev.rondo.server.type.ListValue;
import dev.rondo.server.type.SetValue;
import dev.rondo.server.type.StreamConsumer;
import dev.rondo.server.type.StreamGroup;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;
import dev.rondo.server.type.StringValue;
import dev.rondo.server.type.Value;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * What two nodes compare of a slot: its keys fall into buckets by a hash that is the same on every node, and of each
 * bucket there is the sum of the hashes of its entries: key, version, expiry and value. The value counts since two
 * sides of a split may give the same version to different values. A sum, since entries come in any order, and a scan
 * may visit one twice: that makes equal buckets differ, where an exclusive or would make different ones equal. The
 * hashes depend on a seed, new for each comparison, so that what was taken for equal by chance is not so for ever.
 * Confined to one thread.
 */
final class Digest {
    /** Half a megabyte of sums. */
    static final int MAX_BUCKETS = 1 << 16;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long seed;
    private final long[] sums;
    private final long[] bytes; // about how many the entries take; not part of what travels

    /** Of the elements of one value. */
    private static final class Sum {
        long hashes;
        long bytes;

        void add(long hash, int size) {
            hashes += hash;
            bytes += size;
        }
    }

    /** Of no entry yet; the number of buckets is a power of two. */
    Digest(long seed, int buckets) {
        this(seed, new long[buckets]);
    }

    private Digest(long seed, long[] sums) {
        this.seed = seed;
        this.sums = sums;
        this.bytes = new long[sums.length];
    }

    /** The number of buckets for a slot of so many entries. */
    static int buckets(int entries, int bucketEntries) {
        int wanted = Math.min(MAX_BUCKETS, entries / bucketEntries);
        return wanted < 2 ? 1 : Integer.highestOneBit(wanted - 1) << 1;
    }

    /** One of no entries yet that can be compared with this. */
    Digest like() {
        return new Digest(seed, sums.length);
    }

    int buckets() {
        return sums.length;
    }

    int bucketOf(byte[] key) {
        return bucketOf(seed, key, sums.length);
    }

    /** The bucket of a key in digests of so many buckets with this seed. */
    static int bucketOf(long seed, byte[] key, int buckets) {
        return bucket(hash(seed, key, key.length), buckets);
    }

    private static int bucket(long hashOfKey, int buckets) {
        return (int) (hashOfKey >>> 32) & buckets - 1;
    }

    /**
     * Adds an entry of a locked slot, and returns about how many bytes it takes to travel.
     *
     * @param scratch overwritten
     */
    int add(Entry entry, RecordWriter scratch) {
        byte[] key = entry.key();
        long ofKey = hash(seed, key, key.length);
        long hash = mixed(mixed(ofKey ^ entry.version()) ^ entry.expireAtMs());
        Object value = entry.value();
        int length;
        if (value instanceof HashValue || value instanceof SetValue) { // which the other node may hold in another order
            Sum sum = new Sum();
            if (value instanceof HashValue hashValue) {
                hashValue.forEach((field, content) -> sum.add(
                        hash(
                                mixed(hash(ofKey, field, field.length) ^ hashValue.expiryOf(field)),
                                content,
                                content.length),
                        field.length + content.length));
            } else {
                ((SetValue) value).forEach(member -> sum.add(hash(ofKey, member, member.length), member.length));
            }
            length = (int) Math.min(sum.bytes, Integer.MAX_VALUE / 2);
            hash = mixed(hash ^ sum.hashes);
        } else if (value instanceof ListValue list) { // whose nodes the other node may have cut elsewhere
            ListHash elements = new ListHash(hash);
            list.forEach(0, list.size(), elements);
            length = (int) Math.min(elements.bytes, Integer.MAX_VALUE / 2);
            hash = elements.hash;
        } else if (value instanceof StreamValue stream) { // likewise
            ListHash parts = new ListHash(hash);
            add(stream, parts);
            length = (int) Math.min(parts.bytes, Integer.MAX_VALUE / 2);
            hash = parts.hash;
        } else if (value instanceof Value) {
            scratch.begin(RecordKind.SYNC_ENTRIES).value(value);
            length = scratch.size();
            hash = hash(hash, scratch.array(), length);
        } else if (value instanceof Long) {
            byte[] digits = StringValue.bytes(value); // the other node may hold them as bytes
            length = digits.length;
            hash = hash(hash, digits, length);
        } else {
            length = StringValue.length(value);
            hash = hash(hash, StringValue.array(value), length);
        }
        int size = key.length + length + Long.BYTES;
        int bucket = bucket(ofKey, sums.length);
        sums[bucket] += hash;
        bytes[bucket] += size;
        return size;
    }

    /**
     * Adds what there is of a stream, but for when its consumers were last seen: replicas are not told of every time.
     */
    private static void add(StreamValue stream, ListHash parts) {
        stream.forEach(StreamId.MIN, StreamId.MAX, false, entry -> {
            parts.id(entry.id());
            parts.word(entry.fields());
            entry.forEach(parts);
            return true;
        });
        parts.id(stream.lastId());
        parts.id(stream.maxDeletedId());
        parts.word(stream.entriesAdded());
        for (StreamGroup group : stream.groups()) {
            parts.bytes(group.name(), 0, group.name().length);
            parts.id(group.lastId());
            parts.word(group.entriesRead());
            for (StreamConsumer consumer : group.consumers()) {
                parts.bytes(consumer.name(), 0, consumer.name().length);
                consumer.pending().forEach(StreamId.MIN, entry -> {
                    parts.id(entry.id());
                    parts.word(entry.deliveredAtMs());
                    parts.word(entry.deliveries());
                    return true;
                });
            }
        }
    }

    /** The hash of the elements of a list, one after the other. */
    private static final class ListHash implements ListValue.Visitor {
        private long hash;
        private long bytes;

        ListHash(long start) {
            hash = start;
        }

        @Override
        public void bytes(byte[] array, int offset, int length) {
            hash = hash(hash, array, offset, length);
            bytes += length;
        }

        @Override
        public void number(long value) {
            byte[] digits = Ascii.decimal(value);
            bytes(digits, 0, digits.length);
        }

        void word(long value) {
            hash = mixed(hash ^ value);
            bytes += Long.BYTES;
        }

        void id(StreamId id) {
            word(id.ms());
            word(id.sequence());
        }
    }

    /** The buckets whose sums differ from those of another digest made like this one. */
    BitSet differences(Digest other) {
        BitSet differing = new BitSet();
        for (int i = 0; i < sums.length; i++) {
            differing.set(i, sums[i] != other.sums[i]);
        }
        return differing;
    }

    /** About how many bytes the entries of the buckets that do not differ take. */
    long equalBytes(BitSet differing) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += differing.get(i) ? 0 : bytes[i];
        }
        return sum;
    }

    void write(RecordWriter record) {
        record.number(sums.length);
        for (long sum : sums) {
            record.fixed(sum);
        }
    }

    /** Reads what {@link #write} wrote. */
    static Digest read(long seed, RecordReader record) {
        long buckets = record.number();
        if (buckets < 1 || Long.bitCount(buckets) != 1 || buckets > record.remaining() / Long.BYTES) {
            throw new IllegalArgumentException("digest of " + buckets + " buckets");
        }
        long[] sums = new long[(int) buckets];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = record.fixed();
        }
        return new Digest(seed, sums);
    }

    private static long hash(long start, byte[] bytes, int length) {
        return hash(start, bytes, 0, length);
    }

    private static long hash(long start, byte[] bytes, int offset, int length) {
        long hash = mixed(start ^ length);
        int at = offset;
        int end = offset + length;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            hash = mixed(hash ^ (long) LONGS.get(bytes, at));
        }
        long tail = 0;
        for (; at < end; at++) {
            tail = tail << 8 | bytes[at] & 0xff;
        }
        return mixed(hash ^ tail);
    }

    /**
     * A step that maps no two inputs to one output, and spreads each bit over the upper half of the word and the lower.
     */
    private static long mixed(long word) {
        long spread = (word ^ word >>> 32) * 0xd6e8feb86659fd93L;
        spread = (spread ^ spread >>> 32) * 0xd6e8feb86659fd93L;
        return spread ^ spread >>> 32;
    }
}
