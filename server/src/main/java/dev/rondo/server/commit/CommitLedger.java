package dev.rondo.server.commit;

/**
 * The commits of one event loop's requests that were not handed on yet. Confined to that loop; commits come under the
 * locks of their slots.
 */
public interface CommitLedger extends CommitPath {
    /** The commits noted since the last {@link #take}. */
    int size();

    /** Forgets all but the first {@code newSize}: nobody waits for the others. */
    void truncate(int newSize);

    /**
     * Takes the commits behind the first {@code kept} away: they were made for a client of another event loop, whose
     * reply is to wait for them.
     */
    Parcel handOver(int kept);

    /** Takes over commits that another event loop made for a client of this one. */
    void adopt(Parcel commits);

    /** Commits on the way from one ledger to another of the same commit mode. Immutable. */
    interface Parcel {}

    /** Hands on what was noted, which is sent to the replicas without delay. No slot may be locked. */
    Unconfirmed take();
}
