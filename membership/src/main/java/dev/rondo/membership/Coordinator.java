package dev.rondo.membership;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the first member of the view does: ask everybody what they hold, plan, publish; and again whenever something
 * changes. It knows no network: it is told of views and reports, and {@link #step} says what to do next. Every node has
 * one, which sleeps until the node leads. Only for the membership thread.
 */
final class Coordinator {

    /** Reports that come in together are planned together. */
    private static final long DEBOUNCE_NS = 20_000_000;
    /** While slots move, reports tell of little but their progress: no more often are they worth a plan and a table. */
    private static final long PROGRESS_NS = 500_000_000;
    /** Before a cluster is born, its view must have been quiet for this long, so that nodes started together share. */
    private static final long BIRTH_QUIET_NS = 300_000_000;
    /** A member that stays in the view without a word is planned without after this many report timeouts. */
    private static final int SILENT_ROUNDS = 5;

    private static final int MOST_EPOCH_STEP = 256;

    private static final long NS_PER_MS = 1_000_000;

    /**
     * What to do now.
     *
     * @param ask members to ask for a report
     * @param remind members to send the newest table once more
     * @param publish the table to send to all members, or null
     * @param refuse members to turn away, with the reason
     * @param waitNs when to call again at the latest
     */
    record Step(
            List<Identity> ask,
            List<Identity> remind,
            @Nullable SlotTable publish,
            Map<Identity, String> refuse,
            long waitNs) {

        static Step waiting(List<Identity> ask, List<Identity> remind, long waitNs) {
            return new Step(ask, remind, null, Map.of(), waitNs);
        }
    }

    private record Entry(SlotReport report, long number) {}

    private final TablePlanner.Config config;
    private final long reportTimeoutNs;
    private final boolean expectsOthers;
    private final RandomGenerator random;

    private List<Identity> view = List.of();
    private long viewId;
    private long round;
    private long viewNs;
    private long lastAskNs;
    private long lastTellNs;
    private boolean asked;
    private boolean planned;
    private long plannedNs;
    private boolean dirty;
    private long dirtySinceNs;
    private final Map<Identity, Entry> reports = new HashMap<>();
    private final Set<Identity> answered = new HashSet<>();
    private final Set<Identity> refused = new HashSet<>();
    private SlotTable newest;
    private long highestEpoch;

    /**
     * @param known a table from before a restart, or {@link SlotTable#NONE}
     * @param random makes the numbers of rounds and tables
     */
    Coordinator(BusConfig config, SlotTable known, RandomGenerator random) {
        this.config = new TablePlanner.Config(config.replicas(), config.lostSlots(), config.maxMovingSlots());
        this.reportTimeoutNs = config.reportTimeoutMs() * NS_PER_MS;
        this.expectsOthers = BusStack.hasOthers(config);
        this.random = random;
        this.newest = known;
        this.highestEpoch = known.epoch();
    }

    /** The number that an answer to the present question must carry. */
    long round() {
        return round;
    }

    /** The newest table this node knows of. */
    SlotTable newest() {
        return newest;
    }

    /** Takes note of a table from anywhere. */
    void adopt(SlotTable table) {
        highestEpoch = Math.max(highestEpoch, table.epoch());
        if (table.epoch() > newest.epoch()) {
            newest = table;
        }
    }

    /** This node leads the view, or leads it anew with other members: a new round of questions begins. */
    void lead(long newViewId, List<Identity> members, long nowNs) {
        view = List.copyOf(members);
        viewId = newViewId;
        round = random.nextLong();
        viewNs = nowNs;
        asked = false;
        planned = false;
        dirty = false;
        answered.clear();
        refused.retainAll(view);
        reports.keySet().retainAll(view);
    }

    /** Another node leads. */
    void rest() {
        view = List.of();
        reports.clear();
        answered.clear();
        refused.clear();
    }

    boolean leads() {
        return !view.isEmpty();
    }

    /**
     * Takes a report.
     *
     * @param from the sender; ignored when not in the view led
     * @param inRound the round that the report answers; of an earlier one it still counts as news
     * @param number grows with every report of the sender; older ones than known are ignored
     */
    void report(Identity from, SlotReport report, long inRound, long number, long nowNs) {
        if (!view.contains(from) || !Identity.of(report.member()).equals(from)) {
            return;
        }
        Entry known = reports.get(from);
        if (known != null && known.number >= number) {
            return;
        }
        reports.put(from, new Entry(report, number));
        adopt(report.table());
        highestEpoch = Math.max(highestEpoch, report.epoch());
        if (inRound == round) {
            answered.add(from);
        }
        if (!dirty) {
            dirty = true;
            dirtySinceNs = nowNs;
        }
    }

    /** Says what to do now; what it returns counts as done. */
    Step step(long nowNs) {
        if (view.isEmpty()) {
            return Step.waiting(List.of(), List.of(), Long.MAX_VALUE);
        }
        List<Identity> ask = toAsk(nowNs);
        long waitNs = waitNs(nowNs);
        if (waitNs > 0) {
            return remind(ask, waitNs, nowNs);
        }
        Map<Identity, String> refuse = new LinkedHashMap<>();
        List<SlotReport> admitted = admit(refuse);
        boolean complete = answered.size() == view.size();
        LostSlots lostSlots = complete ? config.lostSlots() : LostSlots.WAIT;
        SlotTable next = TablePlanner.plan(
                nextEpoch(),
                newest,
                admitted,
                new TablePlanner.Config(config.replicas(), lostSlots, config.maxMovingSlots()));
        boolean someBehind = !planned && admitted.stream().anyMatch(r -> r.epoch() != newest.epoch());
        boolean news = someBehind || !next.sameOwners(newest);
        planned = true;
        plannedNs = nowNs;
        dirty = false;
        if (news) {
            adopt(next);
            lastTellNs = nowNs;
            return new Step(ask, List.of(), next, refuse, reportTimeoutNs);
        }
        Step step = remind(ask, complete ? Long.MAX_VALUE : reportTimeoutNs, nowNs);
        return new Step(step.ask, step.remind, null, refuse, step.waitNs);
    }

    /** In random steps: the two sides of a split count on from the same number, and must not make two tables of one. */
    private long nextEpoch() {
        return Math.max(viewId << SlotTable.COUNTER_BITS, highestEpoch) + 1 + random.nextInt(MOST_EPOCH_STEP);
    }

    /**
     * A table may be lost on its way, with a link or a thread, and who lacks it would be left behind until the next: so
     * those who have not said that they act by the newest one get it again, and are asked, until they have.
     */
    private Step remind(List<Identity> ask, long waitNs, long nowNs) {
        List<Identity> behind = planned ? view.stream().filter(this::isBehind).toList() : List.of();
        if (behind.isEmpty()) {
            return Step.waiting(ask, List.of(), waitNs);
        }
        long dueNs = lastTellNs + reportTimeoutNs - nowNs;
        if (dueNs > 0) {
            return Step.waiting(ask, List.of(), Math.min(waitNs, dueNs));
        }
        lastTellNs = nowNs;
        Set<Identity> asked = new LinkedHashSet<>(ask);
        asked.addAll(behind);
        return Step.waiting(List.copyOf(asked), behind, Math.min(waitNs, reportTimeoutNs));
    }

    private boolean isBehind(Identity member) {
        Entry last = reports.get(member);
        return last != null && last.report.epoch() < newest.epoch() && !refused.contains(member);
    }

    private List<Identity> toAsk(long nowNs) {
        if (answered.size() == view.size() || (asked && nowNs - lastAskNs < reportTimeoutNs)) {
            return List.of();
        }
        asked = true;
        lastAskNs = nowNs;
        return view.stream().filter(identity -> !answered.contains(identity)).toList();
    }

    /** How long to wait before planning; 0 = plan now. */
    private long waitNs(long nowNs) {
        long inViewNs = nowNs - viewNs;
        boolean complete = answered.size() == view.size();
        boolean unborn = newest.epoch() == 0;
        if (!complete) {
            long patienceNs = unborn ? SILENT_ROUNDS * reportTimeoutNs : reportTimeoutNs;
            long nextAskNs = lastAskNs + reportTimeoutNs - nowNs;
            if (inViewNs < patienceNs) {
                return Math.max(1, Math.min(patienceNs - inViewNs, nextAskNs));
            }
        }
        if (unborn && expectsOthers && inViewNs < BIRTH_QUIET_NS) {
            return BIRTH_QUIET_NS - inViewNs;
        }
        if (!planned) {
            return 0;
        }
        if (!dirty) {
            return complete ? Long.MAX_VALUE : reportTimeoutNs;
        }
        long soonNs = dirtySinceNs + DEBOUNCE_NS;
        return Math.max(0, (isMoving() ? Math.max(soonNs, plannedNs + PROGRESS_NS) : soonNs) - nowNs);
    }

    /**
     * Whether a move is under way that the reports do not tell the end of: once all are done the next ones may begin.
     */
    private boolean isMoving() {
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            if (newest.isMoving(slot) && !isMoved(slot)) {
                return true;
            }
        }
        return false;
    }

    private boolean isMoved(int slot) {
        List<Member> target = newest.target(slot);
        for (int i = 0; i < target.size(); i++) {
            Entry entry = reports.get(Identity.of(target.get(i)));
            Holdings holdings = entry == null ? Holdings.NONE : entry.report.holdings();
            if (i == 0 ? !holdings.isPrimary(slot) : !holdings.isInSync(slot)) {
                return false;
            }
        }
        return true;
    }

    /** The reports to plan on: one per node, none of members that must be turned away. */
    private List<SlotReport> admit(Map<Identity, String> refuse) {
        Map<NodeId, Identity> chosen = new LinkedHashMap<>();
        Map<String, Identity> addresses = new HashMap<>();
        for (Identity identity : view) {
            SlotReport report = known(identity);
            if (report == null || refused.contains(identity)) {
                continue;
            }
            Identity same = chosen.get(identity.id());
            if (same != null && answered.contains(same) && answered.contains(identity) && !isRestart(same, identity)) {
                turnAway(identity, "another node with id " + identity.id() + " is already", same, refuse);
                continue;
            }
            if (same != null && !answered.contains(identity)) {
                continue;
            }
            Identity neighbour = addresses.get(report.member().address());
            if (neighbour != null && !neighbour.id().equals(identity.id()) && answered.contains(neighbour)) {
                turnAway(identity, "another node that announces the same address is already", neighbour, refuse);
                continue;
            }
            chosen.put(identity.id(), identity);
            addresses.put(report.member().address(), identity);
        }
        List<SlotReport> admitted = new ArrayList<>();
        for (Identity identity : chosen.values()) {
            SlotReport report = known(identity);
            if (report != null) {
                admitted.add(report);
            }
        }
        return admitted;
    }

    private void turnAway(Identity newcomer, String reason, Identity present, Map<Identity, String> refuse) {
        Entry entry = reports.get(present);
        String place = entry == null ? "" : " at " + entry.report.member().address();
        refused.add(newcomer);
        refuse.put(newcomer, reason + " in the cluster" + place);
    }

    /** The member's last report; without one, what the newest table says of it, so that its slots stay its own. */
    private @Nullable SlotReport known(Identity identity) {
        Entry entry = reports.get(identity);
        if (entry != null) {
            return entry.report;
        }
        Member member = newest.member(identity.id());
        return member != null && member.incarnation() == identity.incarnation()
                ? new SlotReport(member, 0, SlotTable.NONE, Holdings.NONE)
                : null;
    }

    /** Two processes cannot listen on one bus port: the later life has replaced the earlier. */
    private boolean isRestart(Identity earlier, Identity later) {
        Entry one = reports.get(earlier);
        Entry two = reports.get(later);
        return one != null
                && two != null
                && one.report.member().host().equals(two.report.member().host())
                && one.report.member().busPort() == two.report.member().busPort();
    }
}
