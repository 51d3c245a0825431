package dev.rondo.server.keyspace;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses served slots at random, each as often as it has keys that may be evicted, by a list of them that is made anew
 * now and then: to go through all slots for every choice would take too long. Not thread-safe.
 */
public final class SlotSampler {
    private static final long NEW_AFTER_NS = 50_000_000;
    /** The slots of a list would be emptied, and others left alone, were it used for more than a share of its keys. */
    private static final int KEYS_PER_CHOICE = 8;

    private static final int LEAST_CHOICES = 64;

    private final Databases databases;
    private Slot[] slots = {};
    private long[] upTo = {}; // the keys in this slot and those in front of it
    private int count;
    private boolean volatileOnly;
    private long listedAtNs;
    private long choicesLeft;

    public SlotSampler(Databases databases) {
        this.databases = databases;
    }

    /** Prepares for choices; the list is made anew if it is too old, or {@code anew}. */
    public void prepare(boolean onlyVolatile, boolean anew) {
        long nowNs = System.nanoTime();
        boolean stale = choicesLeft <= 0 || nowNs - listedAtNs > NEW_AFTER_NS;
        if (anew || stale || count == 0 || volatileOnly != onlyVolatile) {
            volatileOnly = onlyVolatile;
            listedAtNs = nowNs;
            list();
        }
    }

    private void list() {
        count = 0;
        long keys = 0;
        for (Keyspace keyspace : databases.existing()) {
            for (int i = 0; i < KeySlot.SLOTS; i++) {
                Slot slot = keyspace.slot(i);
                int candidates = volatileOnly ? slot.expiring() : slot.size();
                if (candidates > 0 && slot.isPrimary()) {
                    keys += candidates;
                    add(slot, keys);
                }
            }
        }
        Arrays.fill(slots, count, slots.length, null);
        choicesLeft = Math.max(LEAST_CHOICES, keys / KEYS_PER_CHOICE);
    }

    private void add(Slot slot, long keys) {
        if (count == slots.length) {
            int capacity = Math.max(16, 2 * count);
            slots = Arrays.copyOf(slots, capacity);
            upTo = Arrays.copyOf(upTo, capacity);
        }
        slots[count] = slot;
        upTo[count++] = keys;
    }

    /** A slot; null when there is none. */
    public @Nullable Slot choose(RandomGenerator random) {
        if (count == 0) {
            return null;
        }
        choicesLeft--;
        int place = Arrays.binarySearch(upTo, 0, count, random.nextLong(upTo[count - 1]) + 1);
        return slots[place < 0 ? -place - 1 : place];
    }
}
