package dev.rondo.server.cluster;

import dev.rondo.membership.Holdings;
import dev.rondo.membership.Identity;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Occupant;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.replication.Replication;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns each slot table into this node's role for each slot. Keeps the rule that nobody serves a slot it has no data
 * for: a slot becomes primary here only if it was born empty in this very table, or its copy is complete.
 *
 * <p>The table may lag behind a handover: between the two nodes concerned, what they agreed on counts until a table
 * says the same. As long as tables want the heir to serve the slot, the giver does not take it back and the heir does
 * not give way; a newer table that wants something else was made when the heir could not be reached, and the giver
 * serves the slot again. So no table, however old its grounds, makes both of them serve or neither. {@link #apply} runs
 * on the membership thread; the rest under the slot's lock.
 */
final class SlotRoles {
    /** A request for a copy that has led to nothing for so long is made again. */
    private static final long REQUEST_TIMEOUT_NS = 3_000_000_000L;

    /** A copy of which nothing has come for so long is asked for again. */
    private static final long COPY_TIMEOUT_NS = 10_000_000_000L;

    /** What becomes of the entries of a slot that was lost to another primary. */
    private enum Merge {
        NONE,
        /** The winner could not be reached; the entries wait for another try. */
        DUE,
        UNDER_WAY
    }

    private static final Logger log = LoggerFactory.getLogger(SlotRoles.class);

    private final Keyspace keyspace;
    private final NodeId self;
    private final Replication replication;
    private final Supplier<SlotTable> table;
    private final LongSupplier nanoTime;
    private final Consumer<Slot> slotLeft;
    private final @Nullable Member[] handedTo = new Member[KeySlot.SLOTS]; // each guarded by its slot's lock
    private final long[] takenAt = new long[KeySlot.SLOTS]; // an epoch, 0 = none; each guarded by its slot's lock
    private final long[] requestedAtNs = new long[KeySlot.SLOTS]; // each guarded by its slot's lock
    /** Whether the entries of a copy that is void or was given up are kept; each guarded by its slot's lock. */
    private final boolean[] stale = new boolean[KeySlot.SLOTS];

    private final Merge[] merges = new Merge[KeySlot.SLOTS]; // each guarded by its slot's lock
    private final long[] appliedEpochs = new long[KeySlot.SLOTS]; // each guarded by its slot's lock
    private final boolean[] postponed = new boolean[KeySlot.SLOTS]; // each guarded by its slot's lock

    SlotRoles(
            Keyspace keyspace,
            NodeId self,
            Replication replication,
            Supplier<SlotTable> table,
            LongSupplier nanoTime,
            Consumer<Slot> slotLeft) {
        this.nanoTime = nanoTime;
        this.keyspace = keyspace;
        this.self = self;
        this.replication = replication;
        this.table = table;
        Arrays.fill(merges, Merge.NONE);
        this.slotLeft = slotLeft;
    }

    /** What applying one table leaves to do once no slot is locked. */
    private static final class Aftermath {
        final boolean isSettled;
        final Map<NodeId, BitSet> requests = new HashMap<>();
        final Map<NodeId, List<Slot>> merges = new HashMap<>();
        int promoted;
        int born;
        int demoted;
        int dropped;
        int unserved;

        Aftermath(boolean isSettled) {
            this.isSettled = isSettled;
        }
    }

    /**
     * Whether nothing moves, in a table with this node: what it does not give to this node, it will not give it soon.
     */
    private boolean isSettled(SlotTable table) {
        return table.member(self) != null && IntStream.range(0, KeySlot.SLOTS).noneMatch(table::isMoving);
    }

    /**
     * Makes the table this node's roles. May be called again with the same table.
     *
     * @throws IllegalStateException when that has failed for a slot, but not before it is done for all others
     */
    void apply(SlotTable next) {
        Aftermath aftermath = new Aftermath(isSettled(next));
        List<Throwable> failures = new ArrayList<>();
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot slot = keyspace.slot(i);
            slot.lock();
            try {
                apply(next, slot, aftermath);
                appliedEpochs[i] = next.epoch();
                slot.releaseParked();
            } catch (RuntimeException | Error e) {
                failures.add(e);
            } finally {
                slot.unlock();
            }
        }
        if (aftermath.promoted + aftermath.born + aftermath.demoted + aftermath.dropped > 0) {
            log.info(
                    "Slot table {}: {} slots promoted here, {} born here, {} given up, {} dropped",
                    next.epoch(),
                    aftermath.promoted,
                    aftermath.born,
                    aftermath.demoted,
                    aftermath.dropped);
        }
        if (aftermath.unserved > 0) {
            log.error(
                    "{} slots are given to this node, which has no complete copy of them: they stay unserved",
                    aftermath.unserved);
        }
        finish(aftermath);
        replication.tableChanged();
        if (!failures.isEmpty()) {
            throw new IllegalStateException(
                    "slot table " + next.epoch() + " could not be applied to " + failures.size() + " slots",
                    failures.get(0));
        }
    }

    private void finish(Aftermath aftermath) {
        aftermath.merges.forEach(
                (winner, slots) -> replication.merge(slots, winner, merged -> afterMerge(slots, winner, merged)));
        aftermath.requests.forEach(replication::requestSync);
    }

    private void apply(SlotTable next, Slot slot, Aftermath aftermath) {
        int index = next.ownerIndex(self, slot.index());
        if (index == 0) {
            beOwner(next, slot, aftermath);
            return;
        }
        Member primary = next.primary(slot.index());
        long epoch = takenAt[slot.index()];
        if (slot.isPrimary() && epoch != 0 && (next.epoch() <= epoch || isHeir(self, next, slot))) {
            return; // made before this node reported the handover
        }
        takenAt[slot.index()] = 0;
        // Of a parked slot even the heir may serve an older copy, promoted after a failure and not by the handover.
        boolean serving = slot.isPrimary() || slot.role() == Slot.Role.PARKED;
        if (primary != null) {
            handedTo[slot.index()] = null;
        }
        Occupant occupant = slot.occupant();
        postponed[slot.index()] = serving && primary != null && occupant != null;
        if (postponed[slot.index()]) {
            occupant.hurry();
        } else if (serving && primary != null) {
            giveUp(slot, primary, aftermath);
        } else if (index > 0) {
            follow(slot, primary, aftermath);
        } else if (slot.role() != Slot.Role.ABSENT
                && primary != null
                && merges[slot.index()] == Merge.NONE
                && next.member(self) != null) { // else the table was made without this node, whose turn will come
            drop(slot, aftermath.isSettled);
            aftermath.dropped++;
        } else if (slot.role() == Slot.Role.ABSENT && aftermath.isSettled) {
            slot.clear();
            stale[slot.index()] = false;
        }
    }

    private static boolean isHeir(NodeId member, SlotTable table, Slot slot) {
        List<Member> target = table.target(slot.index());
        return !target.isEmpty() && target.get(0).id().equals(member);
    }

    /** The table says that this node serves the slot. */
    private void beOwner(SlotTable next, Slot slot, Aftermath aftermath) {
        takenAt[slot.index()] = 0;
        if (slot.isPrimary()) {
            replication.retainFollowers(slot, next.owners(slot.index()));
            return;
        }
        Member heir = handedTo[slot.index()];
        Member present = heir == null ? null : next.member(heir.id());
        if (present != null && present.incarnation() == heir.incarnation() && isHeir(heir.id(), next, slot)) {
            return; // made before the heir reported the handover: it serves the slot, or is about to answer
        }
        handedTo[slot.index()] = null;
        boolean complete = slot.isInSync() || merges[slot.index()] != Merge.NONE;
        if (slot.role() == Slot.Role.PARKED || slot.role() == Slot.Role.REPLICA && complete) {
            merges[slot.index()] = Merge.NONE;
            replication.promoted(slot);
            slot.become(Slot.Role.PRIMARY, true);
            aftermath.promoted++;
        } else if (next.isBorn(slot.index())) {
            replication.detach(slot);
            replication.promoted(slot);
            slot.clear(); // at most the beginning of a copy whose source is lost
            slot.reset(0, 0);
            slot.become(Slot.Role.PRIMARY, true);
            aftermath.born++;
        } else {
            aftermath.unserved++;
        }
    }

    private void request(Map<NodeId, BitSet> requests, Member primary, Slot slot) {
        requests.computeIfAbsent(primary.id(), id -> new BitSet()).set(slot.index());
        requestedAtNs[slot.index()] = nanoTime.getAsLong();
    }

    /**
     * Another node won the slot in a merge: it gets this node's entries, then this node follows it. Also where there
     * are none: until the winner says that it serves the slot, this node may have the only copy.
     */
    private void giveUp(Slot slot, Member winner, Aftermath aftermath) {
        replication.detach(slot);
        slot.become(Slot.Role.REPLICA, false);
        stale[slot.index()] = true;
        slotLeft.accept(slot);
        aftermath.demoted++;
        merge(slot, winner, aftermath);
    }

    private void merge(Slot slot, Member winner, Aftermath aftermath) {
        merges[slot.index()] = Merge.UNDER_WAY;
        aftermath.merges.computeIfAbsent(winner.id(), id -> new ArrayList<>()).add(slot);
    }

    private void afterMerge(List<Slot> slots, NodeId winner, boolean merged) {
        BitSet requests = new BitSet();
        boolean settled = isSettled(table.get());
        for (Slot slot : slots) {
            slot.lock();
            try {
                if (merges[slot.index()] != Merge.UNDER_WAY) {
                    continue; // this node serves the slot again
                }
                merges[slot.index()] = Merge.DUE; // unless all of the following is done
                boolean member = table.get().member(self) != null;
                if (merged && (!member || table.get().isOwner(self, slot.index()))) {
                    slot.reset(0, 0); // most of its entries are the winner's now, and need not be copied
                    requests.set(slot.index());
                } else if (merged) {
                    drop(slot, settled);
                }
                merges[slot.index()] = merged ? Merge.NONE : Merge.DUE;
            } catch (RuntimeException | Error e) {
                log.error("Slot {} could not be given up to {}; it is tried again", slot.index(), winner.hex(), e);
            } finally {
                slot.unlock();
            }
        }
        replication.requestSync(winner, requests);
    }

    private void follow(Slot slot, @Nullable Member primary, Aftermath aftermath) {
        if (slot.role() == Slot.Role.ABSENT) {
            slot.become(Slot.Role.REPLICA, false);
        } else if (slot.role() == Slot.Role.PARKED || merges[slot.index()] != Merge.NONE) {
            return;
        }
        if (primary != null && !primary.id().equals(replication.source(slot))) {
            request(aftermath.requests, primary, slot);
        }
    }

    /**
     * Gives the copy up. Slots move in steps, so while any do, the node may well get this one back, as most that it had
     * when it returns after a while: until then the entries stay, for a comparison, though nobody sees them, and the
     * planner is told of them.
     */
    private void drop(Slot slot, boolean forGood) {
        replication.detach(slot);
        slot.become(Slot.Role.ABSENT, false);
        slot.reset(0, 0);
        stale[slot.index()] = !forGood;
        if (forGood) {
            slot.clear();
        }
    }

    // ---- between tables ----

    /** The copy is void: it is asked for at the next occasion. */
    void voided(Slot slot) {
        stale[slot.index()] = true;
        askSoon(slot);
    }

    /** The copy is asked for at the next occasion. */
    void askSoon(Slot slot) {
        requestedAtNs[slot.index()] = nanoTime.getAsLong() - REQUEST_TIMEOUT_NS;
    }

    /** Whether a table newer than that of {@code epoch} wants another member to serve the (locked) slot. */
    boolean isOutdated(Slot slot, long epoch) {
        SlotTable now = table.get();
        return now.epoch() > epoch && !isHeir(self, now, slot);
    }

    /** Whether the (locked) slot was handed to this node by a table newer than that of {@code epoch}. */
    boolean isTakenSince(Slot slot, long epoch) {
        return takenAt[slot.index()] > epoch;
    }

    /** This node serves the slot from now on, handed over as the table of {@code epoch} wanted. */
    void taken(Slot slot, long epoch) {
        takenAt[slot.index()] = epoch;
        handedTo[slot.index()] = null;
    }

    void handingOver(Slot slot, Member heir) {
        handedTo[slot.index()] = heir;
    }

    void handedOver(Slot slot) {
        slotLeft.accept(slot);
    }

    /** The heir did not take the slot; the newest table counts again. */
    void kept(Slot slot) {
        handedTo[slot.index()] = null;
        SlotTable now = table.get();
        Aftermath aftermath = new Aftermath(isSettled(now));
        apply(now, slot, aftermath);
        finish(aftermath);
    }

    /**
     * Whether the newest table gives the (locked) slot to this node and {@link #apply} is yet to come to it: until
     * then nobody serves the slot, and nobody else will.
     */
    boolean isDue(Slot slot) {
        SlotTable now = table.get();
        return appliedEpochs[slot.index()] < now.epoch() && now.ownerIndex(self, slot.index()) == 0;
    }

    /** To whom the slot was handed since the newest table, null when it was not. A racy read is fine. */
    @Nullable Member handedTo(int slot) {
        return handedTo[slot];
    }

    /** As {@link #handedTo}, null also while the heir has not taken the slot yet. A racy look, too. */
    @Nullable Member handedOverTo(int slot) {
        Member heir = handedTo[slot]; // most often there is none, and the slot need not be looked at
        return heir == null || keyspace.slot(slot).role() == Slot.Role.PARKED ? null : heir;
    }

    /** Whether this node serves the slot by a handover that the table does not tell of yet. A racy look. */
    boolean isTaken(int slot) {
        return takenAt[slot] != 0 && keyspace.slot(slot).isPrimary();
    }

    /** A slot that the table takes from this node was kept by a script, which may have ended. */
    private void applyPostponed(Slot slot, Aftermath aftermath) {
        slot.lock();
        try {
            if (postponed[slot.index()] && !slot.isOccupied()) {
                postponed[slot.index()] = false;
                apply(table.get(), slot, aftermath);
            }
        } finally {
            slot.unlock();
        }
    }

    /** Asks again for copies that are neither complete nor under way, and tries merges again. */
    void requestMissing() {
        SlotTable now = table.get();
        Aftermath aftermath = new Aftermath(isSettled(now));
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot slot = keyspace.slot(i);
            if (postponed[i]) { // here and below a racy look will do
                applyPostponed(slot, aftermath);
            }
            if (slot.role() != Slot.Role.REPLICA || isUpToDate(slot)) {
                continue;
            }
            slot.lock();
            try {
                Member primary = now.primary(i);
                if (slot.role() != Slot.Role.REPLICA
                        || primary == null
                        || primary.id().equals(self)) {
                    continue;
                }
                if (merges[i] == Merge.DUE) {
                    merge(slot, primary, aftermath);
                } else if (merges[i] == Merge.NONE && isOverdue(slot)) {
                    request(aftermath.requests, primary, slot);
                }
            } finally {
                slot.unlock();
            }
        }
        finish(aftermath);
    }

    /** Whether the copy is complete and kept so; it is not when the node that it followed is gone. */
    private boolean isUpToDate(Slot slot) {
        return slot.isInSync() && replication.source(slot) != null;
    }

    /** Whether the copy of a (locked) slot should be there by now. */
    private boolean isOverdue(Slot slot) {
        if (isUpToDate(slot)) {
            return false;
        }
        long nowNs = nanoTime.getAsLong();
        return replication.source(slot) == null
                ? nowNs - requestedAtNs[slot.index()] > REQUEST_TIMEOUT_NS
                : nowNs - replication.copiedAtNs(slot) > COPY_TIMEOUT_NS;
    }

    /** Whether this node still has what other primaries have won and not got. */
    boolean isMerging() {
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot slot = keyspace.slot(i);
            slot.lock();
            try {
                if (merges[i] != Merge.NONE) {
                    return true;
                }
            } finally {
                slot.unlock();
            }
        }
        return false;
    }

    Holdings holdings() {
        BitSet primary = new BitSet(KeySlot.SLOTS);
        BitSet inSync = new BitSet(KeySlot.SLOTS);
        BitSet unmerged = new BitSet(KeySlot.SLOTS);
        BitSet kept = new BitSet(KeySlot.SLOTS);
        long[] sequences = new long[KeySlot.SLOTS];
        @Nullable Identity[] origins = new Identity[KeySlot.SLOTS];
        Map<NodeId, BitSet> followers = new HashMap<>();
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot slot = keyspace.slot(i);
            slot.lock();
            try {
                if (stale[i]) {
                    kept.set(i);
                }
                switch (slot.role()) {
                    case PRIMARY -> {
                        primary.set(i);
                        replication.addFollowers(followers, slot);
                    }
                    case PARKED -> inSync.set(i); // the heir may serve it by now
                    case REPLICA -> {
                        if (merges[i] != Merge.NONE) {
                            unmerged.set(i);
                        } else if (slot.isInSync()) {
                            inSync.set(i);
                        }
                    }
                    case ABSENT -> {}
                }
                sequences[i] = slot.sequence();
                origins[i] = replication.origin(slot);
            } finally {
                slot.unlock();
            }
        }
        return Holdings.of(primary, inSync, unmerged, slot -> sequences[slot], slot -> origins[slot])
                .withStale(kept)
                .withFollowers(lives(followers));
    }

    /** The same by the life of each peer, which changes only on the membership thread. */
    private Map<Identity, BitSet> lives(Map<NodeId, BitSet> byPeer) {
        Map<Identity, BitSet> lives = new HashMap<>();
        byPeer.forEach((peer, slots) -> {
            Identity life = replication.life(peer);
            if (life != null) {
                lives.put(life, slots);
            }
        });
        return lives;
    }
}
