package dev.rondo.server.command;

import dev.rondo.server.commit.CommitFigures;
import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.commit.CommitPath;
import dev.rondo.server.commit.CommitRules;
import dev.rondo.server.commit.Effects;
import dev.rondo.server.commit.Unconfirmed;
import dev.rondo.server.keyspace.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A commit mode whose commits have names, and become what a test says. As with real replicas, nothing of a batch is
 * known before all of it is, unless each is asked for.
 */
final class ScriptedCommits implements CommitMode, CommitRules {
    static final long TIMEOUT_MS = 3_600_000;

    volatile WithoutReplicas withoutReplicas = WithoutReplicas.REFUSE;
    /** Run once, in the middle of the next look at what was acknowledged. */
    volatile @Nullable Runnable inTheMiddle;
    /** The same of the next look because of nothing, such as the first one at all. */
    volatile @Nullable Runnable inTheFirstLook;
    /** How often a batch was looked at: because of an acknowledgement, and because of nothing. */
    final AtomicInteger decided = new AtomicInteger();

    final AtomicInteger reconsidered = new AtomicInteger();
    private final CommitFigures figures = new CommitFigures();
    private final Map<String, Unconfirmed.State> outcomes = new ConcurrentHashMap<>();
    private final List<String> failing = new CopyOnWriteArrayList<>();
    private final List<Runnable> loops = new CopyOnWriteArrayList<>();

    /** What becomes of a commit; nobody is told. */
    void decided(String commit, Unconfirmed.State outcome) {
        outcomes.put(commit, outcome);
    }

    /** Nothing can be said of the commit. */
    void fails(String commit) {
        failing.add(commit);
    }

    /** Something was acknowledged. */
    void progress() {
        loops.forEach(Runnable::run);
    }

    @Override
    public CommitPath path() {
        return (effects, nowMs) -> {};
    }

    @Override
    public CommitRules rules() {
        return this;
    }

    @Override
    public int replicas(Slot slot) {
        return 1;
    }

    @Override
    public CommitLedger newLedger(Runnable progress) {
        loops.add(progress);
        return new Ledger();
    }

    @Override
    public CommitFigures figures() {
        return figures;
    }

    @Override
    public long timeoutMs() {
        return TIMEOUT_MS;
    }

    @Override
    public WithoutReplicas withoutReplicas() {
        return withoutReplicas;
    }

    @Override
    public int leastReplicas() {
        return 0;
    }

    /** The commits of one event loop by name. */
    final class Ledger implements CommitLedger {
        private final List<String> noted = new ArrayList<>();

        void note(String commit) {
            noted.add(commit);
        }

        @Override
        public void commit(Effects effects, long nowMs) {
            throw new AssertionError("commits are noted by name");
        }

        @Override
        public int size() {
            return noted.size();
        }

        @Override
        public void truncate(int newSize) {
            noted.subList(newSize, noted.size()).clear();
        }

        @Override
        public Parcel handOver(int kept) {
            throw new AssertionError("there is one event loop");
        }

        @Override
        public void adopt(Parcel commits) {
            throw new AssertionError("there is one event loop");
        }

        @Override
        public Unconfirmed take() {
            List<String> taken = List.copyOf(noted);
            noted.clear();
            return new Batch(taken);
        }
    }

    private final class Batch implements Unconfirmed {
        private final List<String> commits;
        private final State[] states;

        Batch(List<String> commits) {
            this.commits = commits;
            this.states = new State[commits.size()];
            Arrays.fill(states, State.WAITING);
        }

        @Override
        public boolean decide() {
            decided.incrementAndGet();
            Runnable middle = inTheMiddle;
            inTheMiddle = null;
            if (middle != null) {
                middle.run();
            }
            return outcomes.keySet().containsAll(commits) && decideEach();
        }

        @Override
        public boolean reconsider() {
            reconsidered.incrementAndGet();
            Runnable middle = inTheFirstLook;
            inTheFirstLook = null;
            if (middle != null) {
                middle.run();
            }
            if (commits.stream().anyMatch(failing::contains)) {
                throw new IllegalStateException("as the test wants");
            }
            return outcomes.keySet().containsAll(commits) && decideEach();
        }

        @Override
        public boolean decideEach() {
            for (int i = 0; i < states.length; i++) {
                states[i] = outcomes.getOrDefault(commits.get(i), State.WAITING);
            }
            return !Arrays.asList(states).contains(State.WAITING);
        }

        @Override
        public State state(int commit) {
            return states[commit];
        }

        @Override
        public int size() {
            return states.length;
        }
    }
}
