package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who was away gets back what it had, since most of that it still has; the slots come back in steps. */
class ReturnTest {
    private static final TablePlanner.Config CONFIG = new TablePlanner.Config(1, LostSlots.WAIT, 1024);
    private static final int MOST_PLANS = 100;
    /** Shares are rounded: for each member a slot or two. */
    private static final int ROUNDING = 2;

    /** A member that follows every table at once. */
    private static final class Node {
        final Member member;
        long epoch;
        BitSet primary = new BitSet();
        BitSet inSync = new BitSet();
        final BitSet stale = new BitSet();

        Node(Member member) {
            this.member = member;
        }

        SlotReport report() {
            Holdings holdings = Holdings.of(primary, inSync, slot -> 1).withStale(stale);
            return new SlotReport(member, epoch, SlotTable.NONE, holdings);
        }

        BitSet held() {
            BitSet held = (BitSet) primary.clone();
            held.or(inSync);
            return held;
        }

        /** Takes its slots, and returns those of which it had nothing. */
        BitSet follow(SlotTable table) {
            BitSet before = held();
            before.or(stale);
            boolean settled = true;
            epoch = table.epoch();
            stale.or(held());
            primary = new BitSet();
            inSync = new BitSet();
            for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
                primary.set(slot, table.ownerIndex(member.id(), slot) == 0);
                inSync.set(slot, table.ownerIndex(member.id(), slot) > 0);
                settled &= !table.isMoving(slot);
            }
            if (settled) {
                stale.clear();
            }
            BitSet fetched = held();
            fetched.andNot(before);
            return fetched;
        }
    }

    private SlotTable table = SlotTable.NONE;
    private long epoch;

    /** Plans until nothing changes any more; returns per node how many slots it fetched that it had nothing of. */
    private Map<Node, Integer> settle(List<Node> nodes) {
        Map<Node, Integer> fetched = new HashMap<>();
        for (int plans = 0; ; plans++) {
            assertTrue(plans < MOST_PLANS, "never comes to rest");
            List<SlotReport> reports = nodes.stream().map(Node::report).toList();
            SlotTable next = TablePlanner.plan(++epoch, table, reports, CONFIG);
            if (next.sameOwners(table)) {
                return fetched;
            }
            table = next;
            for (Node node : nodes) {
                fetched.merge(node, node.follow(next).cardinality(), Integer::sum);
            }
            handOver(nodes);
        }
    }

    private void handOver(List<Node> nodes) {
        Map<Member, Node> byMember = new HashMap<>();
        nodes.forEach(node -> byMember.put(node.member, node));
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            Member heir = table.target(slot).get(0);
            if (!heir.equals(table.primary(slot))) {
                Node giver = byMember.get(table.primary(slot));
                Node taker = byMember.get(heir);
                giver.primary.clear(slot);
                giver.inSync.set(slot);
                taker.inSync.clear(slot);
                taker.primary.set(slot);
            }
        }
    }

    private void story(int size, int away, boolean knowsThatItWasReplaced) {
        table = SlotTable.NONE;
        List<Node> nodes = new ArrayList<>();
        Samples.members(size).forEach(member -> nodes.add(new Node(member)));
        settle(nodes);
        Node returning = nodes.get(away);
        List<Node> others = nodes.stream().filter(node -> node != returning).toList();
        settle(others);
        if (knowsThatItWasReplaced) {
            returning.stale.or(returning.held());
            returning.primary.clear();
            returning.inSync.clear();
        }
        settle(nodes).forEach((node, slots) -> {
            String what = size + " nodes, " + (node == returning ? "the one that was away" : "another") + " fetched ";
            assertTrue(slots <= ROUNDING * size, () -> what + slots + " slots of which it had nothing");
        });
    }

    @Test
    void aMemberThatWasAwayGetsBackTheSlotsThatItHad() {
        for (int size = 3; size <= 6; size++) {
            for (int away = 0; away < size; away++) {
                story(size, away, true);
            }
        }
    }

    @Test
    void soDoesOneThatStillClaimsThemAtFirst() {
        for (int size = 3; size <= 6; size++) {
            for (int away = 0; away < size; away++) {
                story(size, away, false);
            }
        }
    }
}
