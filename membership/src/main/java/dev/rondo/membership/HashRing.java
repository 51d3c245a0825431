package dev.rondo.membership;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rule of who should own what, as a pure function. Members stand on a ring in the order of their ids; a primary's
 * replicas are the next members clockwise, as far as balance, zones and the copies that exist already allow. Stateless;
 * any thread.
 *
 * <ul>
 *   <li>Each member is primary of its weighted share of slots, rounded down or up.
 *   <li>The fewest possible slots change their primary. A slot whose primary is gone goes to a surviving replica
 *       wherever the shares allow it, and a slot that must move goes first to a member that holds a copy, then to one
 *       that keeps a stale one.
 *   <li>Each slot has exactly {@code min(replicas, members - 1)} replicas on other members than its primary, in
 *       distinct zones as long as there are enough. Replicas are shared out by weight too, and those of one primary
 *       over all other members, so that after a crash its load spreads evenly. Copies that exist are kept where
 *       possible, and new ones are made first where a stale one is kept.
 *   <li>Slots of one primary lie in few runs; a fresh assignment has one run per member.
 * </ul>
 */
public final class HashRing {

    private HashRing() {}

    /** As the other, when nobody keeps stale copies. */
    public static Assignment assign(Assignment previous, Collection<Member> members, int replicas) {
        return assign(previous, Assignment.EMPTY, members, replicas);
    }

    /**
     * Computes the ideal owners.
     *
     * @param previous the owners so far; ids that are not among {@code members} count as gone
     * @param stale per slot who keeps a stale copy, and so is the cheapest to give a new one; no owner
     * @param members the live members in any order. Those of weight 0 get nothing, unless all have weight 0
     * @param replicas wanted copies besides the primary
     */
    public static Assignment assign(Assignment previous, Assignment stale, Collection<Member> members, int replicas) {
        List<Member> ring = eligible(members);
        if (ring.isEmpty()) {
            return Assignment.EMPTY;
        }
        Map<NodeId, Integer> indexes = new HashMap<>();
        int[] weights = new int[ring.size()];
        for (int i = 0; i < weights.length; i++) {
            indexes.put(ring.get(i).id(), i);
            weights[i] = Math.max(1, ring.get(i).weight());
        }
        int[] oldPrimary = new int[SlotTable.SLOTS];
        int[][] holders = indexesOf(previous, indexes);
        int[][] formerHolders = indexesOf(stale, indexes);
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            NodeId id = previous.primary(slot);
            oldPrimary[slot] = id == null ? -1 : indexes.getOrDefault(id, -1);
        }
        int[] primary = new PrimaryBalance(weights, oldPrimary, holders, formerHolders).balance();
        int copies = Math.min(replicas, ring.size() - 1);
        int[][] replicaSets =
                new ReplicaBalance(weights, zones(ring), copies, primary, oldPrimary, holders, formerHolders).balance();
        return Assignment.of(new Lists(ring, primary, replicaSets)::get);
    }

    /** The members that may own slots, in the order of the ring. */
    static List<Member> eligible(Collection<Member> members) {
        List<Member> sorted = new ArrayList<>(members);
        sorted.sort(Comparator.comparing(Member::id));
        List<Member> weighted = sorted.stream().filter(m -> m.weight() > 0).toList();
        return weighted.isEmpty() ? sorted : weighted;
    }

    private static int[][] indexesOf(Assignment lists, Map<NodeId, Integer> indexes) {
        int[][] result = new int[SlotTable.SLOTS][];
        IdentityHashMap<List<NodeId>, int[]> known = new IdentityHashMap<>(); // equal lists are the same
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            result[slot] = known.computeIfAbsent(lists.owners(slot), list -> indexesOf(list, indexes));
        }
        return result;
    }

    private static int[] indexesOf(List<NodeId> ids, Map<NodeId, Integer> indexes) {
        return ids.stream()
                .filter(indexes::containsKey)
                .mapToInt(indexes::get)
                .distinct()
                .toArray();
    }

    private static int[] zones(List<Member> ring) {
        Map<String, Integer> numbers = new HashMap<>();
        int[] zones = new int[ring.size()];
        for (int i = 0; i < zones.length; i++) {
            Integer next = numbers.size();
            Integer known = numbers.putIfAbsent(ring.get(i).zone(), next);
            zones[i] = known == null ? next : known;
        }
        return zones;
    }

    /** Turns indexes back into lists of ids; neighbours with equal owners share one list. */
    private static final class Lists {

        private final List<Member> ring;
        private final int[] primary;
        private final int[][] replicas;
        private List<NodeId> last = List.of();

        Lists(List<Member> ring, int[] primary, int[][] replicas) {
            this.ring = ring;
            this.primary = primary;
            this.replicas = replicas;
        }

        List<NodeId> get(int slot) {
            if (slot > 0 && primary[slot] == primary[slot - 1] && Arrays.equals(replicas[slot], replicas[slot - 1])) {
                return last;
            }
            List<NodeId> ids = new ArrayList<>(1 + replicas[slot].length);
            ids.add(ring.get(primary[slot]).id());
            for (int index : replicas[slot]) {
                ids.add(ring.get(index).id());
            }
            last = ids;
            return ids;
        }
    }
}
