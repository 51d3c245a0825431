package dev.rondo.server.replication;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A replica's wish to follow a slot, with what it has of it.
 *
 * @param number tells this request from all others of the sender, since the answer relies on what the sender has; 0
 *     unless the form is {@link Form#DIGEST}
 * @param sequence of the last effect applied to the copy, 0 for a part of one
 * @param version of the last write to the copy, 0 for a part of one
 * @param form what the sender has
 * @param digest of what the sender has; null unless the form is {@link Form#DIGEST}
 */
record SyncRequest(int slot, long number, long sequence, long version, Form form, @Nullable Digest digest) {
    /** What a replica says of its entries. */
    enum Form {
        /** It has none. */
        EMPTY,
        /** Nothing: it wants a whole copy. */
        WHOLE,
        /** Their digest. */
        DIGEST
    }

    private static final Form[] FORMS = Form.values();

    void write(RecordWriter record) {
        record.number(slot).number(sequence).number(version).put((byte) form.ordinal());
        if (digest != null) {
            digest.write(record.fixed(number));
        }
    }

    static List<SyncRequest> readAll(RecordReader record) {
        List<SyncRequest> requests = new ArrayList<>();
        while (record.hasMore()) {
            requests.add(read(record));
        }
        return requests;
    }

    private static SyncRequest read(RecordReader record) {
        int slot = record.slot();
        long sequence = record.number();
        long version = record.number();
        int form = record.next();
        if (form < 0 || form >= FORMS.length) {
            throw new IllegalArgumentException("request of form " + form);
        }
        boolean hasDigest = FORMS[form] == Form.DIGEST;
        long number = hasDigest ? record.fixed() : 0;
        Digest digest = hasDigest ? Digest.read(number, record) : null;
        return new SyncRequest(slot, number, sequence, version, FORMS[form], digest);
    }
}
