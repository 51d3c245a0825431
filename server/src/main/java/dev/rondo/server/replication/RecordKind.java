package dev.rondo.server.replication;

/** The kinds of records in a stream; the constant's byte is its form on the wire. */
enum RecordKind {
    /** Slot, sequence, version, time, commands: what a primary applied, to be applied by its replica. */
    EFFECTS(1),
    /** Slot, sequence, version, states of keys: as EFFECTS, for effects that need keys not copied yet. */
    STATES(2),
    /** Slots with what a replica has of each: asks the primary for the rest. See {@link SyncRequest}. */
    SYNC_REQUEST(3),
    /** Slot, sequence, version: a whole copy follows; what the replica has is void. */
    SYNC_BEGIN(4),
    /** Slot, states of keys: a part of the copy. */
    SYNC_ENTRIES(5),
    /** Slot: the copy is complete. */
    SYNC_END(6),
    /**
     * Slot, number of the request (0 for one without digest), sequence, version: what the replica had when it asked is
     * what the primary has; effects follow from here.
     */
    CONTINUE(7),

    /**
     * Slot, number of the request, sequence, version, set of buckets: the replica's entries of these are void, and all
     * entries of them follow; the others, as they were when it asked, are the primary's.
     */
    SYNC_DIFFERENCES(15),
    /**
     * Slot, sequence, number, epoch of the table obeyed: the receiver is to be the primary; it answers by a message.
     */
    HANDOVER(8),
    /** Slot: the sender's effects do not follow any more; the receiver's copy is void. */
    UNFOLLOW(12),
    /** Nothing: the first record of a stream, so that the peer learns of it at once. */
    HELLO(13),
    /** Slot, states of keys of a primary that lost its slot in a merge: last writer wins. */
    MERGE_ENTRIES(9),
    /** Slot, number: these were all entries of the slot; the receiver answers by a message whether it took them all. */
    MERGE_END(14),
    /** Channel, message. */
    PUBLISH(10),
    /** Slot, channel, message. */
    SHARD_PUBLISH(11),
    /** Name, version, code: what the sender knows of a library of functions; without code it was deleted. */
    LIBRARY(16),
    /** Slot, sequence: nothing to apply, but not taken by whom has no complete copy that follows the sender so far. */
    CONFIRM(17);

    private static final RecordKind[] BY_CODE = new RecordKind[18];

    static {
        for (RecordKind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    final byte code;

    RecordKind(int code) {
        this.code = (byte) code;
    }

    /** Whether from this record on the sender's effects of the slot are to be followed. */
    boolean beginsCopy() {
        return this == SYNC_BEGIN || this == SYNC_DIFFERENCES || this == CONTINUE;
    }

    static RecordKind of(byte code) {
        RecordKind kind = code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
        if (kind == null) {
            throw new IllegalArgumentException("unknown record kind " + code);
        }
        return kind;
    }
}
