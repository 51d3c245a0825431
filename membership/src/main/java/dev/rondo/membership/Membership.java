package dev.rondo.membership;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The membership thread and its work: it takes views, tables and questions from the {@link Mailbox}, reports what this
 * node holds, does what the {@link Coordinator} says while this node leads, and tells the listener. What it knows of
 * table and members any thread may read; the rest is the thread's own.
 */
final class Membership implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    /**
     * Changes of the holdings that come together are reported together, and a stream of them no more often than this.
     */
    private static final long REPORT_DEBOUNCE_NS = 20_000_000;

    private static final long REPORT_PERIOD_NS = 200_000_000;
    /** What has failed is tried again after this time. */
    private static final long RETRY_NS = 200_000_000;

    private static final long NOT_DUE = Long.MAX_VALUE;
    /** Half as much again as failure detection takes, in nanoseconds for each of its milliseconds. */
    private static final long ALONE_PER_HEARTBEAT_TIMEOUT_NS = 1_500_000;

    private final ClusterListener listener;
    private final Identity identity;
    private final ScheduledThreadPoolExecutor executor;
    private final AtomicBoolean awake = new AtomicBoolean();
    private final AtomicBoolean rejoining = new AtomicBoolean();
    private final Bus bus;
    private final Inquiry inquiry;
    private final Mailbox mailbox;

    // Seen by every thread.
    private volatile Member self;
    private volatile SlotTable table = SlotTable.NONE;
    private volatile List<Member> reachable;
    private volatile boolean coordinates;
    private volatile @Nullable NodeId leader;
    private volatile boolean started;
    private volatile boolean closed;

    // The membership thread's own.
    private final Coordinator coordinator;
    /** Members that tables have named, as long as they can be reached. */
    private final Map<Identity, Member> known = new HashMap<>();

    private Bus.ViewOfBus view = new Bus.ViewOfBus(0, List.of());
    /** The table by which the listener acts, and the members that it was told of. */
    private SlotTable actedBy = SlotTable.NONE;

    private List<Member> told;
    private long answeredRound;
    private long reportNumber;
    private long reportDueNs = NOT_DUE;
    private long reportedNs = System.nanoTime() - REPORT_PERIOD_NS;
    private @Nullable Future<?> alarm;
    private boolean refusedOnce;

    /** Joins the bus; for the parameters see {@link Cluster#start(BusConfig, Member, SlotTable, ClusterListener)}. */
    Membership(BusConfig config, Member self, SlotTable knownTable, ClusterListener listener) throws IOException {
        this.listener = listener;
        this.self = self;
        this.identity = Identity.of(self);
        this.reachable = List.of(self);
        this.told = reachable;
        this.coordinator = new Coordinator(config, knownTable, new SplittableRandom());
        long aloneNs = config.heartbeatTimeoutMs() * ALONE_PER_HEARTBEAT_TIMEOUT_NS;
        this.inquiry = new Inquiry(identity, this::post, listener, this::apply, aloneNs);
        this.mailbox = new Mailbox(listener, inquiry, this::wake);
        this.executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "rondo-membership-" + config.busPort());
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        try {
            this.bus = new Bus(config, identity, mailbox);
        } catch (IOException e) {
            executor.shutdownNow();
            throw e;
        }
        started = true;
        wake();
    }

    // ---- any thread ------------------------------------------------------------------------------------------------

    Bus bus() {
        return bus;
    }

    SlotTable table() {
        return table;
    }

    Member self() {
        return self;
    }

    Identity identity() {
        return identity;
    }

    List<Member> reachable() {
        return reachable;
    }

    boolean coordinates() {
        return coordinates;
    }

    @Nullable NodeId leader() {
        return leader;
    }

    boolean isClosed() {
        return closed;
    }

    void holdingsChanged() {
        mailbox.holdingsChanged();
    }

    void setWeight(int weight) {
        synchronized (this) {
            self = self.withWeight(weight);
        }
        holdingsChanged();
    }

    void doubtStanding() {
        if (inquiry.doubt()) {
            wake();
        }
    }

    void execute(Runnable task) {
        executor.execute(task);
    }

    /** Says good-bye to the others and stops. */
    @Override
    public void close() {
        closed = true;
        bus.close();
        executor.shutdownNow();
    }

    /** Stops without a word, as the death of the process would. */
    void crash() {
        closed = true;
        executor.shutdownNow();
        bus.crash();
    }

    private void wake() {
        if (started && !awake.getAndSet(true)) {
            try {
                executor.execute(this::work);
            } catch (RejectedExecutionException e) {
                LOG.trace("closed", e);
            }
        }
    }

    // ---- the membership thread -------------------------------------------------------------------------------------

    private void work() {
        awake.set(false);
        if (closed) {
            return; // the others take note that this node goes, which is no news to it
        }
        long waitNs;
        try {
            waitNs = takeAll();
        } catch (RuntimeException | Error e) { // which the executor would keep to itself
            LOG.error("the membership of this node stumbled; it tries again", e);
            waitNs = RETRY_NS;
        }
        try {
            if (alarm != null) {
                alarm.cancel(false);
            }
            alarm = waitNs == NOT_DUE || closed
                    ? null
                    : executor.schedule(this::wake, Math.max(waitNs, 0), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("closed", e);
        }
    }

    /**
     * Does all there is to do and returns when to look again. A view or table counts as taken only when everybody has
     * been told of it, so that a failure on the way leaves nobody behind for good.
     */
    private long takeAll() {
        takeView();
        takeTable();
        takeReports();
        takeRefusal();
        takeFarewell();
        long waitNs = Math.min(inquire(), Math.min(report(), coordinate()));
        Identity missing = inquiry.missing(view.members(), System.nanoTime());
        if (missing != null) {
            rejoin(missing);
        }
        return waitNs;
    }

    private void rejoin(Identity missing) {
        if (rejoining.getAndSet(true)) {
            return;
        }
        LOG.warn(
                "node {} goes on without this one, which hears it, and the bus does not bring them together; joining anew: {}",
                missing.id(),
                bus.state());
        Thread thread = new Thread(
                () -> {
                    try {
                        bus.rejoin();
                    } catch (IOException | RuntimeException | Error e) {
                        LOG.error("this node could not join anew; it tries again", e);
                    } finally {
                        rejoining.set(false);
                    }
                },
                "rondo-bus-rejoin");
        thread.setDaemon(true);
        thread.start();
    }

    private void takeView() {
        Bus.ViewOfBus next = mailbox.view();
        if (next == null) {
            return;
        }
        inquiry.viewChanges(view.members(), next.members(), table.epoch(), System.nanoTime());
        view = next;
        leader = next.members().isEmpty() ? null : next.members().get(0).id();
        coordinates = !next.members().isEmpty() && next.members().get(0).equals(identity);
        if (coordinates) {
            coordinator.lead(next.id(), next.members(), System.nanoTime());
        } else {
            coordinator.rest();
            mailbox.takeReports();
        }
        tellReachable();
        mailbox.isTaken(next);
    }

    private void takeTable() {
        SlotTable next = mailbox.takeTable();
        if (next != null) {
            adopt(next);
        }
        act();
    }

    private void apply(SlotTable next) {
        adopt(next);
        act();
    }

    private void adopt(SlotTable next) {
        coordinator.adopt(next);
        if (next.epoch() > table.epoch()) {
            table = next;
            next.members().forEach(member -> known.put(Identity.of(member), member));
            bus.accept(next.members().stream().map(Identity::of).collect(Collectors.toSet()));
        }
    }

    /** Has the node act by the newest table, unless it does. */
    private void act() {
        SlotTable next = table;
        if (next.epoch() > actedBy.epoch()) {
            tellReachable();
            listener.tableChanged(actedBy, next);
            actedBy = next;
            mailbox.holdingsChanged();
        }
    }

    /** Members of the view whose address is known by now. */
    private void tellReachable() {
        List<Member> next = new ArrayList<>();
        next.add(self);
        for (Identity other : view.members()) {
            Member member = known.get(other);
            if (member != null && !other.id().equals(identity.id())) {
                next.add(member);
            }
        }
        known.keySet().removeIf(other -> !view.members().contains(other) && table.member(other.id()) == null);
        next.sort(Comparator.comparing(Member::id));
        if (!next.equals(told)) {
            reachable = List.copyOf(next);
            listener.viewChanged(reachable);
            told = reachable;
        }
    }

    private void takeReports() {
        mailbox.takeReports().forEach((from, mail) -> {
            if (view.members().contains(from)) {
                coordinator.report(from, mail.report(), mail.round(), mail.number(), System.nanoTime());
            }
        });
    }

    private void takeRefusal() {
        String sentence = mailbox.takeRefusal();
        if (sentence != null && !refusedOnce) {
            refusedOnce = true;
            listener.refused(sentence);
        }
    }

    private void takeFarewell() {
        Identity through = mailbox.takeFarewell();
        if (through != null) {
            listener.askedToLeave(through.id());
        }
    }

    private long inquire() {
        return inquiry.work(view.members(), table.epoch(), coordinator.newest(), System.nanoTime());
    }

    private void post(Identity to, MailKind kind, byte[] body) {
        bus.post(to, kind, body);
    }

    /** Reports when asked or when there is news; returns how long the next report may wait. */
    private long report() {
        long nowNs = System.nanoTime();
        if (mailbox.takeHoldingsChanged() && reportDueNs == NOT_DUE) {
            reportDueNs = Math.max(nowNs + REPORT_DEBOUNCE_NS, reportedNs + REPORT_PERIOD_NS);
        }
        Mailbox.Question question = mailbox.takeQuestion();
        if (question != null && !view.members().contains(question.from())) {
            // The one who asks has seen a view that this node is about to see, or to which it does not belong.
            mailbox.putBack(question);
            question = null;
        }
        if (question != null) {
            answeredRound = question.request().round();
            boolean news =
                    question.request().newestEpoch() < coordinator.newest().epoch();
            sendReport(question.from(), news ? coordinator.newest() : SlotTable.NONE);
        } else if (reportDueNs != NOT_DUE && nowNs >= reportDueNs) {
            sendReport(view.members().isEmpty() ? identity : view.members().get(0), SlotTable.NONE);
        }
        return reportDueNs == NOT_DUE ? NOT_DUE : reportDueNs - nowNs;
    }

    private void sendReport(Identity to, SlotTable with) {
        reportDueNs = NOT_DUE;
        reportedNs = System.nanoTime();
        if (to.equals(identity)) {
            reportToMyself();
        } else {
            byte[] body = Mail.report(new Mail.Report(answeredRound, ++reportNumber, myReport(with)));
            bus.post(to, MailKind.REPORT, body);
        }
    }

    private SlotReport myReport(SlotTable with) {
        return new SlotReport(self, actedBy.epoch(), with, listener.holdings());
    }

    private void reportToMyself() {
        long round = coordinator.round();
        coordinator.report(identity, myReport(SlotTable.NONE), round, ++reportNumber, System.nanoTime());
    }

    /** Does what the coordinator says while this node leads; returns when to ask it again. */
    private long coordinate() {
        if (!coordinator.leads() || !inquiry.isSure()) {
            return NOT_DUE; // others may have gone on without this node, and what it knows of them may be old
        }
        Coordinator.Step step = coordinator.step(System.nanoTime());
        byte[] question = Mail.request(
                new Mail.Request(coordinator.round(), coordinator.newest().epoch()));
        for (Identity member : step.ask()) {
            if (member.equals(identity)) {
                reportToMyself();
            } else {
                bus.post(member, MailKind.REPORT_REQUEST, question);
            }
        }
        if (!step.remind().isEmpty()) {
            byte[] newest = Mail.table(coordinator.newest());
            step.remind().forEach(member -> bus.post(member, MailKind.TABLE, newest));
        }
        step.refuse().forEach((member, sentence) -> {
            LOG.warn("refused node {}: {}", member.id(), sentence);
            bus.post(member, MailKind.REFUSED, Mail.sentence(sentence));
        });
        if (step.publish() != null) {
            publish(step.publish());
        }
        boolean again = !step.ask().isEmpty() || !step.remind().isEmpty() || step.publish() != null;
        return again ? 0 : step.waitNs();
    }

    private void publish(SlotTable next) {
        byte[] body = Mail.table(next);
        for (Identity member : view.members()) {
            if (!member.equals(identity)) {
                bus.post(member, MailKind.TABLE, body);
            }
        }
        LOG.debug("published {}", next);
        apply(next);
    }
}
