package dev.rondo.server.type;

/**
 * What a key holds that is no string: a list, set, sorted set, hash or stream. (Strings need no object of their own,
 * see {@link StringValue}.) Plain objects, which change in place: read and changed only under the lock of the key's
 * slot, and without clock, randomness or configuration but what they are handed.
 *
 * <p>A collection that becomes empty is removed with its key, so that none in a slot is ever empty; streams may be.
 */
public abstract class Value {
    private long accountedBytes;

    public abstract DataType type();

    /** Redis's name of the present form, as OBJECT ENCODING answers it. */
    public abstract String encoding();

    /** The number of elements. */
    public abstract long size();

    /** When the first part of it expires, a Unix time in milliseconds; {@link Long#MAX_VALUE} if none does. */
    public long earliestExpiryMs() {
        return Long.MAX_VALUE;
    }

    /** An independent copy in the same form. */
    public abstract Value copy();

    /** An estimate of the memory it takes, from a sample of the elements of a long list or stream. */
    public abstract long footprintBytes();

    /** The same in a few steps, whatever the size; it may be some changes behind. */
    long quickFootprintBytes() {
        return footprintBytes();
    }

    /** What was last taken down of the memory it takes, which the account of its slot holds; 0 if nothing was. */
    public final long accountedBytes() {
        return accountedBytes;
    }

    /** Takes down what memory it takes now, and returns it. */
    public final long account() {
        accountedBytes = quickFootprintBytes();
        return accountedBytes;
    }

    /** Takes the form in which Redis would hold it under these limits: for a value that was made elsewhere. */
    public abstract void fit(Limits limits);
}
