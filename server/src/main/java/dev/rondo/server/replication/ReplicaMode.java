package dev.rondo.server.replication;

import dev.rondo.server.commit.CommitFigures;
import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.commit.CommitPath;
import dev.rondo.server.commit.CommitRules;
import dev.rondo.server.commit.Effects;
import dev.rondo.server.commit.Unconfirmed;
import dev.rondo.server.keyspace.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The commit mode {@code replica}: a write is committed once every replica that follows its slot, and one at least, has
 * applied it. Thread-safe.
 */
final class ReplicaMode implements CommitMode {
    private static final Feeds.Feed[] NOBODY = {};

    private final Replicator replicator;
    private final Feeds feeds;
    private final CommitRules rules;
    private final Consumer<Slot> copyAwaited;
    private final CommitFigures figures = new CommitFigures();
    private final List<Runnable> loops = new CopyOnWriteArrayList<>();

    /**
     * Writes through {@code replicator}.
     *
     * @param copyAwaited told, under the slot's lock, that writes to it wait until somebody has a copy
     */
    ReplicaMode(Replicator replicator, Feeds feeds, CommitRules rules, Consumer<Slot> copyAwaited) {
        this.replicator = replicator;
        this.feeds = feeds;
        this.rules = rules;
        this.copyAwaited = copyAwaited;
    }

    @Override
    public CommitPath path() {
        return replicator;
    }

    @Override
    public CommitRules rules() {
        return rules;
    }

    @Override
    public int replicas(Slot slot) {
        return feeds.followers(slot.index());
    }

    @Override
    public CommitFigures figures() {
        return figures;
    }

    @Override
    public CommitLedger newLedger(Runnable progress) {
        loops.add(progress);
        return new Ledger();
    }

    /** A peer has acknowledged something. */
    void progress() {
        for (Runnable loop : loops) {
            loop.run();
        }
    }

    /** Commits that change from one ledger to another. */
    private static final class Noted implements CommitLedger.Parcel {
        final Slot[] slots;
        final Feeds.Feed[][] followers;
        final int[] tenures;

        Noted(Slot[] slots, Feeds.Feed[][] followers, int[] tenures) {
            this.slots = slots;
            this.followers = followers;
            this.tenures = tenures;
        }
    }

    private final class Ledger implements CommitLedger {
        private Slot[] slots = new Slot[64];
        private Feeds.Feed[][] followers = new Feeds.Feed[64][];
        private int[] tenures = new int[64];
        private int size;

        @Override
        public void commit(Effects effects, long nowMs) {
            Slot slot = effects.slot(0);
            add(slot, replicator.append(effects, nowMs), feeds.tenure(slot.index()));
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public void truncate(int newSize) {
            Arrays.fill(slots, newSize, size, null);
            Arrays.fill(followers, newSize, size, null);
            size = newSize;
        }

        @Override
        public Parcel handOver(int kept) {
            Noted noted = new Noted(
                    Arrays.copyOfRange(slots, kept, size),
                    Arrays.copyOfRange(followers, kept, size),
                    Arrays.copyOfRange(tenures, kept, size));
            truncate(kept);
            return noted;
        }

        @Override
        public void adopt(Parcel commits) {
            Noted noted = (Noted) commits;
            for (int i = 0; i < noted.slots.length; i++) {
                add(noted.slots[i], noted.followers[i], noted.tenures[i]);
            }
        }

        private void add(Slot slot, Feeds.Feed[] followedBy, int tenure) {
            if (size == slots.length) {
                slots = Arrays.copyOf(slots, 2 * size);
                followers = Arrays.copyOf(followers, 2 * size);
                tenures = Arrays.copyOf(tenures, 2 * size);
            }
            slots[size] = slot;
            followers[size] = followedBy;
            tenures[size++] = tenure;
        }

        @Override
        public Unconfirmed take() {
            Batch batch =
                    new Batch(Arrays.copyOf(slots, size), Arrays.copyOf(followers, size), Arrays.copyOf(tenures, size));
            truncate(0);
            return batch;
        }
    }

    /**
     * Commits that were made together. They wait for the same streams, up to where each ended when it was last looked
     * at; whose feeds have ended meanwhile is decided anew by who follows the slot now.
     */
    private final class Batch implements Unconfirmed {
        private final Slot[] slots;
        private final Feeds.Feed[][] followers;
        private final int[] tenures;
        private final State[] states;
        private PeerStream[] streams = new PeerStream[2];
        private long[] ends = new long[2];
        private int streamCount;

        Batch(Slot[] slots, Feeds.Feed[][] followers, int[] tenures) {
            this.slots = slots;
            this.followers = followers;
            this.tenures = tenures;
            states = new State[slots.length];
            Arrays.fill(states, State.WAITING);
            for (Feeds.Feed[] each : followers) {
                awaitAll(each);
            }
            for (int i = 0; i < streamCount; i++) {
                ends[i] = streams[i].end();
                streams[i].hurry();
            }
        }

        /** Adds the streams of the feeds to those that must be acknowledged. */
        private void awaitAll(Feeds.Feed[] each) {
            for (Feeds.Feed feed : each) {
                if (!feed.copying) {
                    indexOf(feed.stream);
                }
            }
        }

        private int indexOf(PeerStream stream) {
            for (int i = 0; i < streamCount; i++) {
                if (streams[i] == stream) {
                    return i;
                }
            }
            if (streamCount == streams.length) {
                streams = Arrays.copyOf(streams, 2 * streamCount);
                ends = Arrays.copyOf(ends, 2 * streamCount);
            }
            streams[streamCount] = stream;
            return streamCount++;
        }

        @Override
        public int size() {
            return slots.length;
        }

        @Override
        public State state(int commit) {
            return states[commit];
        }

        @Override
        public boolean decide() {
            return isAcknowledged() && decideAll(false);
        }

        @Override
        public boolean reconsider() {
            return isAcknowledged() && (decideAll(true) || isAcknowledged() && decideAll(true));
        }

        @Override
        public boolean decideEach() {
            return decideAll(true);
        }

        /** Whether all streams that are still open have come far enough. */
        private boolean isAcknowledged() {
            for (int i = 0; i < streamCount; i++) {
                if (streams[i].acknowledged() < ends[i] && !streams[i].isClosed()) {
                    return false;
                }
            }
            return true;
        }

        private boolean decideAll(boolean anew) {
            boolean all = true;
            for (int i = 0; i < slots.length; i++) {
                if (states[i] == State.WAITING) {
                    states[i] = decide(i, anew);
                    all &= states[i] != State.WAITING;
                }
            }
            return all;
        }

        /** A feed that is not over after its stream was seen acknowledged was acknowledged in earnest. */
        private State decide(int commit, boolean anew) {
            boolean some = false;
            boolean waits = false;
            boolean over = false;
            for (Feeds.Feed feed : followers[commit]) {
                if (!feed.copying) {
                    some = true;
                    waits |= feed.stream.acknowledged() < ends[indexOf(feed.stream)];
                    over |= feed.isOver();
                }
            }
            if (some && !over) {
                return waits ? State.WAITING : State.CONFIRMED;
            }
            return anew ? decideAnew(commit) : State.WAITING;
        }

        /**
         * Those who follow the slot now have all of it once they have applied what was sent to them until now. That
         * they have acknowledged it does not do: they may have heard of a newer table since, and given the copy up.
         */
        private State decideAnew(int i) {
            Slot slot = slots[i];
            slot.lock();
            try {
                followers[i] = NOBODY;
                if (feeds.tenure(slot.index()) != tenures[i]) {
                    return State.LOST;
                }
                if (slot.role() == Slot.Role.PARKED) {
                    return State.WAITING;
                }
                if (!slot.isPrimary()) {
                    return State.CONFIRMED; // handed over: the heir took it with all that was written to it
                }
                if (feeds.followers(slot.index()) > 0) {
                    followers[i] = Arrays.stream(feeds.of(slot.index()))
                            .filter(feed -> !feed.copying && !feed.isOver())
                            .toArray(Feeds.Feed[]::new);
                    for (Feeds.Feed feed : followers[i]) {
                        int index = indexOf(feed.stream); // before the arrays are looked at: it may replace them
                        feeds.confirm(slot, feed);
                        ends[index] = feed.stream.end();
                        feed.stream.hurry();
                    }
                    return State.WAITING;
                }
                if (rules.withoutReplicas() == CommitRules.WithoutReplicas.CONTINUE) {
                    return State.UNREPLICATED;
                }
                copyAwaited.accept(slot);
                return State.WAITING;
            } finally {
                slot.unlock();
            }
        }
    }
}
