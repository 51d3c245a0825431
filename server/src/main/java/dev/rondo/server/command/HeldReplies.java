package dev.rondo.server.command;

import dev.rondo.server.commit.CommitFigures;
import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.commit.CommitRules;
import dev.rondo.server.commit.Unconfirmed;
import dev.rondo.server.net.Connection;
import dev.rondo.server.net.Hold;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replies of one event loop that wait until what they say is on the replicas. All replies of a read wait together
 * and leave together; when the time is over, those of requests whose writes were not confirmed become errors, or leave
 * as they are, as the rules say. Confined to the event loop, apart from {@link #progress}.
 */
final class HeldReplies {
    private static final Logger log = LoggerFactory.getLogger(HeldReplies.class);
    /** What nobody announces (a slot has got a replica, the time is over) is looked for so often. */
    private static final long LOOK_MS = 10;
    /** What one commit and its request cost here, about. */
    private static final int COMMIT_BYTES = 48;

    private final CommitLedger ledger;
    private final CommitRules rules;
    private final CommitFigures figures;
    private final LongSupplier nanoTime;
    private final Consumer<String> errors;
    /** The requests of the present batch that wrote: where the reply of each starts and ends, and its first commit. */
    private int[] spans = new int[3 * 64];

    private int spansUsed;
    private List<Batch> waiting = new ArrayList<>();
    /** Whether anything waits; read by those who acknowledge. */
    private volatile boolean isWaiting;

    private final AtomicBoolean looking = new AtomicBoolean();
    private boolean alarmed;
    /** Set with the first batch that waits. */
    private volatile @Nullable ScheduledExecutorService loop;

    private HeldReplies(
            CommitLedger ledger,
            CommitRules rules,
            CommitFigures figures,
            LongSupplier nanoTime,
            Consumer<String> errors) {
        this.ledger = ledger;
        this.rules = rules;
        this.figures = figures;
        this.nanoTime = nanoTime;
        this.errors = errors;
    }

    /**
     * Holds nothing yet; null when the commit mode makes no reply wait.
     *
     * @param errors told of each reply that became an error
     */
    static @Nullable HeldReplies of(CommitMode mode, LongSupplier nanoTime, Consumer<String> errors) {
        AtomicReference<@Nullable HeldReplies> self = new AtomicReference<>();
        CommitLedger ledger = mode.newLedger(() -> {
            HeldReplies held = self.get();
            if (held != null) { // another loop's acknowledgement may come before this one holds anything
                held.progress();
            }
        });
        if (ledger != null) {
            self.set(new HeldReplies(ledger, mode.rules(), mode.figures(), nanoTime, errors));
        }
        return self.get();
    }

    /** Where the event loop's writes are committed. */
    CommitLedger ledger() {
        return ledger;
    }

    // ---- a batch of requests ----

    /** Nothing of what was noted so far matters. */
    void beginBatch() {
        ledger.truncate(0);
        spansUsed = 0;
    }

    /** A request was answered at {@code reply[from..to)}, and its first commit was that of this number. */
    void answered(int from, int to, int firstCommit) {
        if (ledger.size() == firstCommit) {
            return;
        }
        if (from == to) { // nobody waits for this reply
            ledger.truncate(firstCommit);
            return;
        }
        if (spansUsed == spans.length) {
            spans = Arrays.copyOf(spans, 2 * spansUsed);
        }
        spans[spansUsed] = from;
        spans[spansUsed + 1] = to;
        spans[spansUsed + 2] = firstCommit;
        spansUsed += 3;
    }

    /** Takes the replies of the batch if one of them has to wait. */
    @Nullable Hold hold(Connection connection, ReplyWriter reply) {
        if (ledger.size() == 0) {
            return null;
        }
        Unconfirmed commits = ledger.take();
        int[] written = Arrays.copyOf(spans, spansUsed);
        spansUsed = 0;
        if (loop == null) {
            loop = connection.loop();
        }
        long deadlineNs = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(rules.timeoutMs());
        Batch batch = new Batch(connection, commits, written, reply.toByteArray(), deadlineNs);
        isWaiting = true; // before the look: who acknowledges after it tells
        if (!commits.reconsider()) {
            figures.held.increment();
            waiting.add(batch);
            alarm();
            return batch;
        }
        isWaiting = !waiting.isEmpty();
        byte[] asWritten = batch.replies;
        batch.settle();
        return batch.replies == asWritten ? null : batch;
    }

    // ---- waiting ----

    /** Something may have been confirmed; any thread. */
    private void progress() {
        ScheduledExecutorService executor = loop;
        if (isWaiting && executor != null && !looking.get() && looking.compareAndSet(false, true)) {
            try {
                executor.execute(() -> {
                    looking.set(false); // before the look: what comes now is another one's
                    look(false);
                });
            } catch (RejectedExecutionException e) { // the node stops, and its clients are gone
                loop = null;
            }
        }
    }

    private void alarm() {
        ScheduledExecutorService executor = loop;
        if (!alarmed && executor != null) {
            alarmed = true;
            executor.schedule(
                    () -> {
                        alarmed = false;
                        look(true);
                    },
                    LOOK_MS,
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Lets go what is decided, by acknowledgements or else by whoever follows the slots now. */
    private void look(boolean reconsidering) {
        if (waiting.isEmpty()) {
            return;
        }
        long nowNs = nanoTime.getAsLong();
        Set<Connection> free = new LinkedHashSet<>();
        List<Batch> before = waiting;
        waiting = new ArrayList<>();
        for (Batch batch : before) {
            if (!batch.connection.isOpen()) {
                continue; // nobody is answered any more
            }
            try {
                if (isOver(batch, reconsidering, nowNs)) {
                    batch.settle();
                    free.add(batch.connection);
                } else {
                    waiting.add(batch);
                }
            } catch (RuntimeException | Error e) { // the others' replies must not be lost with these
                log.error(
                        "It can't be decided whether the writes of {} are confirmed",
                        batch.connection.remoteAddress(),
                        e);
                batch.connection.close();
            }
        }
        figures.held.add(waiting.size() - before.size());
        isWaiting = !waiting.isEmpty();
        free.forEach(Connection::releaseHeld);
        if (isWaiting) {
            alarm();
        }
    }

    private static boolean isOver(Batch batch, boolean reconsidering, long nowNs) {
        boolean decided = reconsidering ? batch.commits.reconsider() : batch.commits.decide();
        return decided || nowNs - batch.deadlineNs >= 0;
    }

    /** The replies of one batch of a connection's requests. */
    private final class Batch implements Hold {
        final Connection connection;
        final Unconfirmed commits;
        final long deadlineNs;
        private final int[] spans;
        private byte[] replies;
        private boolean settled;

        Batch(Connection connection, Unconfirmed commits, int[] spans, byte[] replies, long deadlineNs) {
            this.connection = connection;
            this.commits = commits;
            this.spans = spans;
            this.replies = replies;
            this.deadlineNs = deadlineNs;
        }

        @Override
        public boolean isSettled() {
            return settled;
        }

        @Override
        public byte[] replies() {
            return replies;
        }

        @Override
        public int sizeBytes() {
            return replies.length + commits.size() * COMMIT_BYTES;
        }

        /** Confirmed or not, the replies may leave; some as errors. */
        void settle() {
            settled = true;
            if (commits.decideEach() && isAll(Unconfirmed.State.CONFIRMED)) {
                return;
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream(replies.length);
            int done = 0;
            boolean changed = false;
            for (int i = 0; i < spans.length; i += 3) {
                int next = i + 3 < spans.length ? spans[i + 5] : commits.size();
                byte[] error = error(spans[i + 2], next);
                if (error != null) {
                    out.write(replies, done, spans[i] - done);
                    out.writeBytes(error);
                    done = spans[i + 1];
                    changed = true;
                }
            }
            if (changed) {
                out.write(replies, done, replies.length - done);
                replies = out.toByteArray();
            }
        }

        private boolean isAll(Unconfirmed.State state) {
            for (int i = 0; i < commits.size(); i++) {
                if (commits.state(i) != state) {
                    return false;
                }
            }
            return true;
        }

        /** What a request with these commits is answered instead; null when its reply is good. */
        private byte @Nullable [] error(int firstCommit, int nextCommit) {
            Unconfirmed.State worst = Unconfirmed.State.CONFIRMED;
            for (int i = firstCommit; i < nextCommit; i++) {
                Unconfirmed.State state = commits.state(i);
                worst = state == Unconfirmed.State.CONFIRMED || worst == Unconfirmed.State.LOST ? worst : state;
            }
            if (worst == Unconfirmed.State.CONFIRMED) {
                return null;
            }
            if (rules.withoutReplicas() == CommitRules.WithoutReplicas.CONTINUE) {
                figures.unconfirmed.increment();
                return null;
            }
            figures.refused.increment();
            String error = worst == Unconfirmed.State.LOST ? Errors.LOST_TO_ANOTHER : Errors.NOT_REPLICATED;
            errors.accept(error);
            return Ascii.bytes("-" + error + "\r\n");
        }
    }
}
