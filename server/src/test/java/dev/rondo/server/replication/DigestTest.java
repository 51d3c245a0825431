package dev.rondo.server.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.HashValue;
import dev.rondo.server.type.Limits;
import dev.rondo.server.type.ListValue;
import dev.rondo.server.type.SetValue;
import dev.rondo.server.type.StreamGroup;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;
import dev.rondo.server.type.StringValue;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DigestTest {
    private static final long SEED = 5;
    private static final int BUCKETS = 16;

    private final RecordWriter scratch = new RecordWriter();

    private Digest of(Slot slot) {
        Digest digest = new Digest(SEED, BUCKETS);
        slot.forEach(entry -> digest.add(entry, scratch));
        return digest;
    }

    /** A slot with 100 keys. */
    private static Slot filled() {
        Slot slot = new Keyspace(0).slot(0);
        for (int i = 0; i < 100; i++) {
            put(slot, "key" + i, "value" + i, i, Entry.NO_EXPIRY);
        }
        return slot;
    }

    private static void put(Slot slot, String key, Object value, long version, long expireAtMs) {
        byte[] bytes = Ascii.bytes(key);
        Object held = value instanceof String text ? Ascii.bytes(text) : value;
        Entry entry = slot.find(bytes);
        if (entry == null) {
            entry = slot.add(bytes, held);
        } else {
            slot.setValue(entry, held);
        }
        slot.setVersion(entry, version);
        slot.setExpiry(entry, expireAtMs);
    }

    private void assertOnlyDiffers(String key, Slot other) {
        BitSet expected = new BitSet();
        expected.set(Digest.bucketOf(SEED, Ascii.bytes(key), BUCKETS));
        assertEquals(expected, of(filled()).differences(of(other)));
    }

    @Test
    void equalEntriesHaveEqualSums() {
        assertTrue(of(filled()).differences(of(filled())).isEmpty());
    }

    @Test
    void anotherValueOfTheSameVersionDiffers() {
        Slot other = filled();
        put(other, "key7", "other", 7, Entry.NO_EXPIRY);
        assertOnlyDiffers("key7", other);
    }

    @Test
    void anotherVersionDiffers() {
        Slot other = filled();
        put(other, "key7", "value7", 8, Entry.NO_EXPIRY);
        assertOnlyDiffers("key7", other);
    }

    @Test
    void anotherExpiryDiffers() {
        Slot other = filled();
        put(other, "key7", "value7", 7, 1);
        assertOnlyDiffers("key7", other);
    }

    @Test
    void aKeyMoreOrLessDiffers() {
        Slot other = filled();
        put(other, "key100", "value", 100, Entry.NO_EXPIRY);
        assertOnlyDiffers("key100", other);
        Slot less = filled();
        less.remove(Ascii.bytes("key7"), 200);
        assertOnlyDiffers("key7", less);
    }

    @Test
    void swappedValuesDiffer() {
        Slot other = filled();
        put(other, "key7", "value8", 7, Entry.NO_EXPIRY);
        put(other, "key8", "value7", 8, Entry.NO_EXPIRY);
        BitSet differing = of(filled()).differences(of(other));
        assertTrue(differing.get(Digest.bucketOf(SEED, Ascii.bytes("key7"), BUCKETS)));
        assertTrue(differing.get(Digest.bucketOf(SEED, Ascii.bytes("key8"), BUCKETS)));
    }

    @Test
    void theFormInWhichAStringIsHeldDoesNotCount() {
        Slot other = filled();
        Slot same = filled();
        put(other, "n", 12345L, 1, Entry.NO_EXPIRY);
        put(same, "n", "12345", 1, Entry.NO_EXPIRY);
        put(other, "s", StringValue.growing(Ascii.bytes("grown")), 1, Entry.NO_EXPIRY);
        put(same, "s", "grown", 1, Entry.NO_EXPIRY);
        assertTrue(of(same).differences(of(other)).isEmpty());
    }

    @Test
    void theOrderOfAHashDoesNotCountAndItsFieldsDo() {
        Slot slot = filled();
        Slot same = filled();
        Slot other = filled();
        put(slot, "h", hash(300, 0, 1), 1, Entry.NO_EXPIRY);
        put(same, "h", hash(300, 299, -1), 1, Entry.NO_EXPIRY);
        put(other, "h", hash(299, 0, 1), 1, Entry.NO_EXPIRY);
        assertTrue(of(slot).differences(of(same)).isEmpty());
        assertEquals(1, of(slot).differences(of(other)).cardinality());
    }

    @Test
    void theTimesOfFieldsCount() {
        Slot slot = filled();
        Slot other = filled();
        put(slot, "h", hash(3, 0, 1), 1, Entry.NO_EXPIRY);
        HashValue expiring = hash(3, 0, 1);
        expiring.expireAt(Ascii.bytes("field1"), 5000);
        put(other, "h", expiring, 1, Entry.NO_EXPIRY);
        assertEquals(1, of(slot).differences(of(other)).cardinality());
    }

    @Test
    void theOrderOfASetDoesNotCountAndItsMembersDo() {
        Slot slot = filled();
        Slot same = filled();
        Slot other = filled();
        put(slot, "s", set(300, 0, 1), 1, Entry.NO_EXPIRY);
        put(same, "s", set(300, 299, -1), 1, Entry.NO_EXPIRY);
        put(other, "s", set(299, 0, 1), 1, Entry.NO_EXPIRY);
        assertTrue(of(slot).differences(of(same)).isEmpty());
        assertEquals(1, of(slot).differences(of(other)).cardinality());
    }

    @Test
    void theNodesOfAListDoNotMatterButTheOrderOfItsElements() {
        Slot slot = new Keyspace(0).slot(0);
        Slot same = new Keyspace(0).slot(0);
        Slot other = new Keyspace(0).slot(0);
        put(slot, "l", list(3000, false), 1, Entry.NO_EXPIRY);
        put(same, "l", list(3000, true), 1, Entry.NO_EXPIRY);
        ListValue turned = list(3000, false);
        turned.set(0, Ascii.bytes("1"), Limits.DEFAULT);
        turned.set(1, Ascii.bytes("0"), Limits.DEFAULT);
        put(other, "l", turned, 1, Entry.NO_EXPIRY);
        assertTrue(of(slot).differences(of(same)).isEmpty());
        assertEquals(1, of(slot).differences(of(other)).cardinality());
    }

    @Test
    void theNodesOfAStreamDoNotMatterAndWhatItHoldsDoes() {
        Slot slot = new Keyspace(0).slot(0);
        put(slot, "s", stream(Limits.DEFAULT), 1, Entry.NO_EXPIRY);
        Slot same = new Keyspace(0).slot(0);
        StreamValue seenLater = stream(new Limits(0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0));
        seenLater.group(Ascii.bytes("g")).consumer(Ascii.bytes("c")).seen(9);
        put(same, "s", seenLater, 1, Entry.NO_EXPIRY);
        assertTrue(of(slot).differences(of(same)).isEmpty());
        List<Consumer<StreamValue>> changes = List.of(
                stream -> stream.lastId(new StreamId(5000, 0)),
                stream -> stream.entriesAdded(5000),
                stream -> stream.maxDeletedId(new StreamId(5, 6)),
                stream -> stream.delete(new StreamId(500, 0)),
                stream -> stream.addGroup(Ascii.bytes("h"), StreamId.MIN, 0),
                stream -> stream.group(Ascii.bytes("g")).lastId(new StreamId(3, 0)),
                stream -> stream.group(Ascii.bytes("g")).entriesRead(7),
                stream -> stream.group(Ascii.bytes("g")).addConsumer(Ascii.bytes("d"), 1),
                stream -> stream.group(Ascii.bytes("g")).acknowledge(new StreamId(1, 0)),
                stream -> stream.group(Ascii.bytes("g")).pending().first().deliveredAgain(8, 1),
                stream -> stream.group(Ascii.bytes("g")).pending().first().deliveredAgain(1, 2));
        for (Consumer<StreamValue> change : changes) {
            StreamValue changed = stream(Limits.DEFAULT);
            change.accept(changed);
            Slot other = new Keyspace(0).slot(0);
            put(other, "s", changed, 1, Entry.NO_EXPIRY);
            assertEquals(1, of(slot).differences(of(other)).cardinality(), "change " + changes.indexOf(change));
        }
    }

    /** A thousand entries, of which one was deleted and one is pending. */
    private static StreamValue stream(Limits limits) {
        StreamValue stream = new StreamValue();
        for (int i = 1; i <= 1000; i++) {
            stream.add(new StreamId(i, 0), new byte[][] {Ascii.bytes("f"), Ascii.bytes("v" + i)}, 0, limits);
        }
        stream.delete(new StreamId(2, 0));
        StreamGroup group = stream.addGroup(Ascii.bytes("g"), new StreamId(1, 0), 1);
        group.assign(new StreamId(1, 0), group.addConsumer(Ascii.bytes("c"), 1), 1, 1);
        return stream;
    }

    private static SetValue set(int members, int first, int step) {
        SetValue set = new SetValue();
        for (int i = 0; i < members; i++) {
            set.add(Ascii.bytes("member" + (first + i * step)), Limits.DEFAULT);
        }
        return set;
    }

    /** The elements 0, 1, 2..., pushed on one side or the other: so the nodes begin elsewhere. */
    private static ListValue list(int size, boolean fromTail) {
        ListValue list = new ListValue();
        for (int i = 0; i < size; i++) {
            if (fromTail) {
                list.addFirst(Ascii.bytes(Integer.toString(size - 1 - i)), Limits.DEFAULT);
            } else {
                list.addLast(Ascii.bytes(Integer.toString(i)), Limits.DEFAULT);
            }
        }
        return list;
    }

    private static HashValue hash(int fields, int first, int step) {
        HashValue hash = new HashValue();
        for (int i = 0; i < fields; i++) {
            int field = first + i * step;
            hash.put(Ascii.bytes("field" + field), Ascii.bytes("value" + field), Limits.DEFAULT);
        }
        return hash;
    }

    @Test
    void anEntryThatIsVisitedTwiceMakesItsBucketDiffer() {
        Slot slot = filled();
        Digest twice = of(slot);
        slot.forEach(entry -> {
            if (Ascii.string(entry.key()).equals("key7")) {
                twice.add(entry, scratch);
            }
        });
        assertEquals(1, of(slot).differences(twice).cardinality());
    }

    @Test
    void bucketsAreAPowerOfTwoAndBounded() {
        assertEquals(1, Digest.buckets(1, 8));
        assertEquals(1, Digest.buckets(15, 8));
        assertEquals(2, Digest.buckets(16, 8));
        assertEquals(128, Digest.buckets(1000, 8));
        assertEquals(Digest.MAX_BUCKETS, Digest.buckets(Integer.MAX_VALUE, 8));
    }

    @Test
    void aDigestTravels() {
        Digest digest = of(filled());
        scratch.begin(RecordKind.SYNC_REQUEST);
        new SyncRequest(3, SEED, 17, 18, SyncRequest.Form.DIGEST, digest).write(scratch);
        new SyncRequest(4, 0, 1, 2, SyncRequest.Form.EMPTY, null).write(scratch);
        scratch.end();
        RecordReader reader = new RecordReader(scratch.array(), 5, scratch.size());
        SyncRequest read = SyncRequest.readAll(reader).get(0);
        assertEquals(SEED, read.number());
        assertEquals(17, read.sequence());
        Digest travelled = read.digest();
        assertTrue(travelled != null && digest.differences(travelled).isEmpty());
        assertTrue(of(filled()).differences(travelled.like()).cardinality() > 1);
    }

    @Test
    void aDigestLongerThanItsRecordIsRefused() {
        scratch.begin(RecordKind.SYNC_REQUEST).number(1 << 20).fixed(1);
        scratch.end();
        RecordReader reader = new RecordReader(scratch.array(), 5, scratch.size());
        assertThrows(IllegalArgumentException.class, () -> Digest.read(SEED, reader));
    }
}
