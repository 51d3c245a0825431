package dev.rondo.server.keyspace;

import dev.rondo.server.type.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The numbered databases of a node. A cluster has database 0 alone; a plain server makes the others when they are
 * first selected. Thread-safe.
 */
public final class Databases {
    private final AtomicReferenceArray<@Nullable Keyspace> keyspaces;
    private final Slot.Role roleOfNewSlots;
    private final TrackingTable tracking = new TrackingTable();
    private final MemoryUse memory = new MemoryUse();
    private volatile Limits limits = Limits.DEFAULT;

    /**
     * Makes database 0.
     *
     * @param count how many may be selected
     * @param roleOfNewSlots PRIMARY on a plain server; ABSENT in a cluster, whose slot table decides
     */
    public Databases(int count, Slot.Role roleOfNewSlots) {
        this.keyspaces = new AtomicReferenceArray<>(count);
        this.roleOfNewSlots = roleOfNewSlots;
        keyspaces.set(0, create(0));
    }

    private Keyspace create(int number) {
        Keyspace keyspace = new Keyspace(number, tracking, memory);
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot slot = keyspace.slot(i);
            slot.lock();
            slot.become(roleOfNewSlots, roleOfNewSlots == Slot.Role.PRIMARY);
            slot.unlock();
        }
        return keyspace;
    }

    /** Up to which size collections take their compact forms. */
    public Limits limits() {
        return limits;
    }

    /** Sets the limits for what is written from here on. */
    public void limits(Limits newLimits) {
        limits = newLimits;
    }

    /** What the slots remember of clients that cache. */
    public TrackingTable tracking() {
        return tracking;
    }

    /** The account of the memory that everything takes. */
    public MemoryUse memory() {
        return memory;
    }

    public int count() {
        return keyspaces.length();
    }

    /** Database {@code number}, made now if it is selected for the first time. */
    public Keyspace get(int number) {
        Keyspace present = keyspaces.get(number);
        if (present != null) {
            return present;
        }
        synchronized (this) {
            if (keyspaces.get(number) == null) {
                keyspaces.set(number, create(number));
            }
            return keyspaces.get(number);
        }
    }

    /** The databases that exist so far, in ascending order. */
    public List<Keyspace> existing() {
        List<Keyspace> result = new ArrayList<>();
        for (int i = 0; i < keyspaces.length(); i++) {
            Keyspace keyspace = keyspaces.get(i);
            if (keyspace != null) {
                result.add(keyspace);
            }
        }
        return result;
    }
}
