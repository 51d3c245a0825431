package dev.rondo.server.type;

/**
 * What a key holds that is no string: a list, set, sorted set, hash or stream. (Strings need no object of their own,
 * see {@link StringValue}.) Plain objects, which change in place: read and changed only under the lock of the key's
 * slot, and without clock, randomness or configuration but what they are handed.
 *
 * <p>A collection that becomes empty is removed with its key, so that none in a slot is ever empty; streams may be.
 */
public interface Value {
    DataType type();

    /** Redis's name of the present form, as OBJECT ENCODING answers it. */
    String encoding();

    /** The number of elements. */
    long size();

    /** When the first part of it expires, a Unix time in milliseconds; {@link Long#MAX_VALUE} if none does. */
    default long earliestExpiryMs() {
        return Long.MAX_VALUE;
    }

    /** An independent copy in the same form. */
    Value copy();

    /** An estimate of the memory it takes, from a sample of the elements where there are many. */
    long footprintBytes();

    /** Takes the form in which Redis would hold it under these limits: for a value that was made elsewhere. */
    void fit(Limits limits);
}
