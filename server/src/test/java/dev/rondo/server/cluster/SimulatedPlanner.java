package dev.rondo.server.cluster;

import dev.rondo.membership.Holdings;
import dev.rondo.membership.Identity;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotReport;
import dev.rondo.membership.SlotTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes slot tables by the coordinator's rules, for a few slots, and wants others to own them now and then. */
final class SimulatedPlanner {
    private final Random random;
    private final int[] slots;
    private final int copies;
    private final Map<NodeId, SlotReport> reports = new TreeMap<>();
    private SlotTable newest = SlotTable.NONE;

    SimulatedPlanner(Random random, int[] slots, int copies) {
        this.random = random;
        this.slots = slots;
        this.copies = copies;
    }

    SlotTable plan(long epoch, SlotTable newestTable, Collection<SlotReport> newReports, boolean move) {
        newest = newestTable;
        reports.clear();
        newReports.forEach(report -> reports.put(report.member().id(), report));
        List<Member> members = newReports.stream().map(SlotReport::member).toList();
        SlotTable.Builder table = SlotTable.builder(epoch, members);
        for (int slot : slots) {
            plan(table, slot, move);
        }
        return table.build();
    }

    private void plan(SlotTable.Builder table, int slot, boolean move) {
        if (newest.epoch() == 0) {
            table.owners(slot, wanted(List.of())).born(slot);
            return;
        }
        NodeId real = realPrimary(slot);
        if (real == null) {
            return;
        }
        NodeId heir = sameLife(
                newest.target(slot).isEmpty() ? null : newest.target(slot).get(0));
        boolean pending = newest.isMoving(slot) && heir != null && !heir.equals(real) && newest.isPrimary(real, slot);
        List<NodeId> target = pending || !move ? alive(newest.target(slot)) : wanted(List.of());
        if (!pending && !move && !target.contains(real)) {
            target = wanted(List.of(real));
        }
        target = wanted(target);
        if (isReached(slot, real, target)) {
            table.owners(slot, target);
        } else {
            table.owners(slot, moving(slot, real, target), target);
        }
        if (newest.isBorn(slot)
                && newest.isPrimary(real, slot)
                && reports.get(real).epoch() < newest.epoch()) {
            table.born(slot);
        }
    }

    private @Nullable NodeId realPrimary(int slot) {
        NodeId heir = newest.isMoving(slot) ? sameLife(newest.target(slot).get(0)) : null;
        NodeId taker = heir != null && reports.get(heir).epoch() >= newest.epoch() ? heir : null;
        NodeId best = null;
        for (SlotReport report : reports.values()) {
            if (report.holdings().isPrimary(slot)) {
                NodeId id = report.member().id();
                boolean better = best == null
                        || id.equals(taker)
                        || !best.equals(taker) && newest.isPrimary(id, slot)
                        || !best.equals(taker)
                                && !newest.isPrimary(best, slot)
                                && report.holdings().seq(slot)
                                        > reports.get(best).holdings().seq(slot);
                best = better ? id : best;
            }
        }
        NodeId named = sameLife(newest.primary(slot));
        if (best != null && !isOverruled(best, named, heir, slot)) {
            return best;
        }
        if (named != null
                && (reports.get(named).epoch() < newest.epoch()
                        || reports.get(named).holdings().isInSync(slot))) {
            return named;
        }
        if (named != null && heir != null && reports.get(heir).holdings().isInSync(slot)) {
            return heir;
        }
        return reports.values().stream()
                .filter(report -> rank(report, slot) > 0)
                .max(Comparator.comparingInt((SlotReport report) -> rank(report, slot))
                        .thenComparingLong(report -> report.holdings().seq(slot)))
                .map(report -> report.member().id())
                .orElse(null);
    }

    private boolean isOverruled(NodeId claimant, @Nullable NodeId named, @Nullable NodeId heir, int slot) {
        Member primary = newest.primary(slot);
        if (primary == null
                || primary.id().equals(claimant)
                || claimant.equals(heir)
                || reports.get(claimant).epoch() >= newest.epoch()) {
            return false;
        }
        return named == null
                ? reports.values().stream().anyMatch(report -> rank(report, slot) > 2)
                : reports.get(named).holdings().isInSync(slot);
    }

    /** What it could serve the slot from, as the coordinator ranks it. */
    private int rank(SlotReport report, int slot) {
        Holdings holdings = report.holdings();
        Identity origin = holdings.origin(slot);
        if (!holdings.isInSync(slot) || origin == null) {
            return holdings.isInSync(slot) ? 2 : holdings.isUnmerged(slot) ? 1 : 0;
        }
        return isFirst(newest.owners(slot), origin) || isFirst(newest.target(slot), origin) ? 3 : 2;
    }

    private static boolean isFirst(List<Member> members, Identity life) {
        return !members.isEmpty() && Identity.of(members.get(0)).equals(life);
    }

    private @Nullable NodeId sameLife(@Nullable Member member) {
        SlotReport report = member == null ? null : reports.get(member.id());
        return report != null && report.member().incarnation() == member.incarnation() ? member.id() : null;
    }

    private List<NodeId> alive(List<Member> members) {
        List<NodeId> alive = new ArrayList<>();
        members.forEach(member -> {
            if (sameLife(member) != null) {
                alive.add(member.id());
            }
        });
        return alive;
    }

    /** Made up with random others to the wanted number of owners. */
    private List<NodeId> wanted(List<NodeId> first) {
        List<NodeId> result = new ArrayList<>(first);
        List<NodeId> others = new ArrayList<>(reports.keySet());
        others.removeAll(first);
        Collections.shuffle(others, random);
        result.addAll(others);
        return result.subList(0, Math.min(copies, result.size()));
    }

    private boolean hasCopy(NodeId id, NodeId primary, int slot) {
        Member server = reports.get(primary).member();
        return Identity.of(server).equals(reports.get(id).holdings().origin(slot))
                && reports.get(id).holdings().isInSync(slot)
                && newest.isOwner(id, slot)
                && sameLife(newest.member(id)) != null
                && reports.get(primary)
                        .holdings()
                        .isFollowedBy(Identity.of(reports.get(id).member()), slot);
    }

    private boolean isReached(int slot, NodeId real, List<NodeId> target) {
        return target.get(0).equals(real) && target.stream().skip(1).allMatch(id -> hasCopy(id, real, slot));
    }

    private boolean lacksCopies(int slot, NodeId real, List<NodeId> target) {
        long copies = reports.keySet().stream()
                .filter(id -> id.equals(real) || hasCopy(id, real, slot))
                .count();
        return copies < target.size();
    }

    private List<NodeId> moving(int slot, NodeId real, List<NodeId> target) {
        List<NodeId> owners = new ArrayList<>(List.of(real));
        List<NodeId> more = new ArrayList<>(target);
        NodeId giver =
                newest.isMoving(slot) && real.equals(newest.target(slot).get(0).id())
                        ? sameLife(newest.primary(slot))
                        : null;
        boolean lacking = lacksCopies(slot, real, target);
        reports.forEach((id, report) -> {
            boolean making = lacking && newest.isOwner(id, slot) && sameLife(newest.member(id)) != null;
            if (report.holdings().isInSync(slot) || id.equals(giver) || making) {
                more.add(id);
            }
        });
        more.forEach(id -> {
            if (!owners.contains(id)) {
                owners.add(id);
            }
        });
        return owners;
    }
}
