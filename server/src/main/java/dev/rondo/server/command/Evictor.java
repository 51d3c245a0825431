package dev.rondo.server.command;

import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.EvictionPool;
import dev.rondo.server.keyspace.EvictionRules;
import dev.rondo.server.keyspace.MemoryUse;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.keyspace.SlotSampler;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Removes keys of slots that this node serves while more memory is in use than may be: approximately those that the
 * policy wants to go first, as Redis finds them. Must be called with no slot locked; it takes one lock at a time, never
 * waits for one, and leaves out slots that a script keeps. Each key goes as by a command: with an effect, an event, and
 * word to those who watch it or have it cached. Confined to one thread.
 */
public final class Evictor {
    /** What is left to do. */
    private enum Outcome {
        /** There is room. */
        DONE,
        /** Time is over, or keys were in use: the request goes on, and later ones and the background evict more. */
        UNFINISHED,
        /** There is nothing that may go. */
        FAILED
    }

    private static final byte[] DEL = Ascii.bytes("DEL");
    /** A request is not held up longer, however tenacious evictions are to be. */
    private static final long MOST_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long NS_PER_LOW_TENACITY = 50_000;
    private static final int LOW_TENACITY = 10;
    private static final int FULL_TENACITY = 100;
    private static final double GROWTH_PER_TENACITY = 1.15;
    /** In a run of so many attempts that find no key, slots are in use, or their keys have gone. */
    private static final int MOST_VAIN_ATTEMPTS = 32;

    private static final int VAIN_ATTEMPTS_WITH_A_LIST = 8;

    private final Databases databases;
    private final MemoryUse memory;
    private final PauseGate pauseGate;
    private final Clock clock;
    private final Call call;
    private final SplittableRandom random = new SplittableRandom();
    private final ReplyWriter noReply = new ReplyWriter(0);
    private final SlotSampler sampler;
    private final EvictionPool pool = new EvictionPool();
    private EvictionRules rules = EvictionRules.NONE;
    private long nowMs;

    public Evictor(Node node) {
        databases = node.databases();
        memory = databases.memory();
        pauseGate = node.pauseGate();
        clock = node.clock();
        call = new Call(databases, node.commitMode().path(), node.commandStats().newShard(), random, node.events());
        sampler = new SlotSampler(databases);
    }

    /** In front of a request: whether there is room, was made, or will be; false when memory is used up. */
    boolean makeRoom() {
        return !memory.isOver() || makeRoom(budgetNs(memory.rules().tenacity()));
    }

    /** Makes room, or goes on with it, for so long at most. To be called regularly by one thread. */
    public boolean makeRoom(long budgetNs) {
        Outcome outcome = pauseGate.isOpen() ? evict(budgetNs) : Outcome.DONE;
        memory.exceeds(outcome != Outcome.DONE);
        return outcome != Outcome.FAILED;
    }

    static long budgetNs(int tenacity) {
        if (tenacity >= FULL_TENACITY) {
            return MOST_NS;
        }
        double most = LOW_TENACITY * NS_PER_LOW_TENACITY * Math.pow(GROWTH_PER_TENACITY, tenacity - LOW_TENACITY);
        return tenacity <= LOW_TENACITY ? NS_PER_LOW_TENACITY * tenacity : Math.min(MOST_NS, (long) most);
    }

    private Outcome evict(long budgetNs) {
        if (!memory.isOver()) {
            return Outcome.DONE;
        }
        if (!memory.rules().equals(rules)) {
            rules = memory.rules();
            pool.clear(); // its scores were of another kind
        }
        if (!rules.policy().evicts()) {
            return Outcome.FAILED;
        }
        nowMs = clock.nowMs();
        long startNs = System.nanoTime();
        int vain = 0;
        do {
            if (!memory.hasKeys(rules.policy().isVolatileOnly())) {
                return Outcome.FAILED;
            }
            sampler.prepare(rules.policy().isVolatileOnly(), vain == VAIN_ATTEMPTS_WITH_A_LIST);
            vain = evictOne() ? 0 : vain + 1;
            if (!memory.isOver()) {
                return Outcome.DONE;
            }
        } while (vain < MOST_VAIN_ATTEMPTS && System.nanoTime() - startNs < budgetNs);
        return Outcome.UNFINISHED;
    }

    private boolean evictOne() {
        if (rules.policy().isRandom()) {
            EvictionPool.Candidate any = sample();
            return any != null && evict(any);
        }
        for (int i = 0; i < rules.samples(); i++) {
            EvictionPool.Candidate candidate = sample();
            if (candidate != null) {
                pool.offer(candidate);
            }
        }
        while (true) {
            EvictionPool.Candidate best = pool.poll();
            if (best == null || evict(best)) {
                return best != null;
            }
        }
    }

    /** A key that may go; null when the slot that chance has chosen is in use, or has none any more. */
    private EvictionPool.@Nullable Candidate sample() {
        Slot slot = sampler.choose(random);
        if (slot == null || !slot.tryLock()) {
            return null;
        }
        try {
            return isFree(slot) ? slot.evictionCandidate(random, nowMs, rules) : null;
        } finally {
            slot.unlock();
        }
    }

    /** Removes a candidate, unless it has been used since it became one, or its slot is in use. */
    private boolean evict(EvictionPool.Candidate candidate) {
        Slot slot = candidate.slot();
        if (!slot.tryLock()) {
            return false;
        }
        try {
            Entry entry = isFree(slot) ? slot.find(candidate.key()) : null;
            if (entry == null || !slot.isStill(candidate, entry, nowMs, rules)) {
                return false;
            }
            call.begin(null, databases.get(slot.database()), noReply, nowMs);
            call.locked(slot, slot);
            remove(slot, entry);
            call.commit();
            return true;
        } finally {
            slot.unlock();
        }
    }

    private void remove(Slot slot, Entry entry) {
        slot.remove(entry.key(), call.stamp(slot));
        slot.touched(entry.key());
        call.stats().evicted++;
        call.event(EventClass.EVICTED, "evicted", slot, entry.key());
        call.addEffect(slot, DEL, entry.key());
    }

    private static boolean isFree(Slot slot) {
        return slot.isPrimary() && !slot.isOccupied();
    }
}
