package dev.rondo.server.type;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A sorted set: unique members, each with a score, in the order of scores and, where those are equal, of bytes. Small
 * ones are packed into one array, others indexed, with O(log N) for every change and every search by rank, score or
 * bytes. A score is never NaN.
 *
 * <p>Every range is one of ranks: members are counted from 0, and what a range selects are neighbours.
 */
public final class SortedSetValue extends Value {
    /** Told members and their scores; answers whether it wants to go on. */
    @FunctionalInterface
    public interface Visitor {
        boolean visit(byte[] member, double score);
    }

    /** A member with its score. */
    public record Scored(byte[] member, double score) {}

    private static final long OBJECT_BYTES = ObjectSize.of(ObjectSize.REFERENCE + 8);

    private MemberStore members;

    /** An empty set in the compact form. */
    public SortedSetValue() {
        this(new PackedMembers());
    }

    /**
     * An empty set in the form of large ones, which keeps minus zero and takes any number of members without a search.
     */
    public static SortedSetValue indexed() {
        return new SortedSetValue(new IndexedMembers());
    }

    private SortedSetValue(MemberStore members) {
        this.members = members;
    }

    @Override
    public DataType type() {
        return DataType.ZSET;
    }

    @Override
    public String encoding() {
        return isPacked() ? "listpack" : "skiplist";
    }

    @Override
    public long size() {
        return members.size();
    }

    /** As {@link #size}. */
    public int count() {
        return members.size();
    }

    /** Whether the set has its compact form, that of {@link #pack}. */
    public boolean isPacked() {
        return members instanceof PackedMembers;
    }

    // ---- single members ----

    /** The member's score, NaN when it is not present. */
    public double score(byte[] member) {
        return members.score(member);
    }

    /** The member's place counted from 0, -1 when it is not present. */
    public int rank(byte[] member) {
        return members.rank(member);
    }

    /** The member of a rank, which must be less than the size. */
    public Scored at(int rank) {
        Scored[] found = new Scored[1];
        members.forEach(rank, false, (member, score) -> {
            found[0] = new Scored(member, score);
            return false;
        });
        return found[0];
    }

    /** A member chosen at random, evenly; there must be one. */
    public Scored random(RandomGenerator random) {
        return at(random.nextInt(members.size()));
    }

    /** Gives a member a score, and returns whether it is new. The caller gives the array away. */
    public boolean put(byte[] member, double score, Limits limits) {
        double present = members.score(member);
        if (!Double.isNaN(present)) {
            if (present != score) {
                members.update(member, score);
            }
            return false;
        }
        if (members instanceof PackedMembers packed
                && (packed.size() >= limits.zsetEntries()
                        || member.length > limits.zsetValueBytes()
                        || !packed.hasRoomFor(member))) {
            index();
        }
        members.add(member, score);
        return true;
    }

    public boolean remove(byte[] member) {
        return members.remove(member);
    }

    /** Removes {@code count} members from a rank on, all of which must be present. */
    public void removeRange(int from, int count) {
        members.removeRange(from, count);
    }

    // ---- ranges ----

    /** Visits members from a rank on, upwards or downwards, until the visitor has enough. */
    public void forEach(int from, boolean downwards, Visitor visitor) {
        members.forEach(from, downwards, visitor);
    }

    /** Visits all members in order. */
    public void forEach(Visitor visitor) {
        members.forEach(0, false, visitor);
    }

    /** Visits members from {@code cursor} on, in no order, and returns the next cursor; see {@link HashTable#scan}. */
    public long scan(long cursor, Visitor visitor) {
        return members.scan(cursor, visitor);
    }

    /** How many members have a lower score than {@code score}, or an equal one with {@code orEqual}. */
    public int countBelow(double score, boolean orEqual) {
        return members.countBefore(MemberStore.Bound.score(score, orEqual));
    }

    /**
     * The rank at which a range of bytes begins, at its lower end or, with {@code downwards}, at its upper one; -1 when
     * it is empty. Meant for sets whose members all have one score. Of others it promises what Redis answers as long as
     * they are packed.
     */
    public int firstIn(LexRange range, boolean downwards) {
        if (range.isEmpty() || members.size() == 0) {
            return -1;
        }
        if (isPacked()) {
            return firstInPacked(range, downwards);
        }
        int rank = downwards ? countUpTo(range) - 1 : countUnder(range);
        return rank >= 0 && rank < members.size() && range.contains(at(rank).member()) ? rank : -1;
    }

    /** Looks at one member after the other from one end on, as Redis does. */
    private int firstInPacked(LexRange range, boolean downwards) {
        if (!range.isNotUnder(at(members.size() - 1).member()) || !range.isNotOver(at(0).member())) {
            return -1;
        }
        int[] found = {-1};
        int[] rank = {downwards ? members.size() - 1 : 0};
        members.forEach(rank[0], downwards, (member, score) -> {
            if (downwards ? range.isNotOver(member) : range.isNotUnder(member)) {
                found[0] = range.contains(member) ? rank[0] : -1;
                return false;
            }
            rank[0] += downwards ? -1 : 1;
            return true;
        });
        return found[0];
    }

    /** How many members, from the first in the range on, are in the range. */
    public int count(LexRange range) {
        int first = firstIn(range, false);
        if (first < 0) {
            return 0;
        }
        if (!isPacked()) {
            return Math.max(0, countUpTo(range) - first);
        }
        int[] count = {0};
        members.forEach(first, false, (member, score) -> {
            boolean in = range.isNotOver(member);
            count[0] += in ? 1 : 0;
            return in;
        });
        return count[0];
    }

    private int countUnder(LexRange range) {
        return members.countBefore(MemberStore.Bound.bytes((bytes, from, to) -> !range.isNotUnder(bytes, from, to)));
    }

    private int countUpTo(LexRange range) {
        return members.countBefore(MemberStore.Bound.bytes(range::isNotOver));
    }

    // ---- forms ----

    private void index() {
        MemberStore indexed = new IndexedMembers();
        forEach((member, score) -> {
            indexed.add(member, score);
            return true;
        });
        members = indexed;
    }

    /** As Redis's listpack: members and scores in turn; null when the set has outgrown it. */
    public @Nullable Listpack pack() {
        if (!isPacked()) {
            return null;
        }
        Listpack pack = new Listpack();
        forEach((member, score) -> {
            pack.append(member);
            pack.append(ScoreText.packed(score));
            return true;
        });
        return pack;
    }

    /** The set that the listpack describes; null when a score is missing or none, or the members are not in order. */
    public static @Nullable SortedSetValue of(Listpack pack) {
        PackedMembers packed = new PackedMembers();
        byte[] last = {};
        double lastScore = Double.NEGATIVE_INFINITY;
        for (int at = pack.first(); at != Listpack.NONE; ) {
            int scoreAt = pack.next(at);
            double score = scoreAt == Listpack.NONE ? Double.NaN : ScoreText.parse(pack.get(scoreAt));
            byte[] member = pack.get(at);
            boolean follows =
                    packed.size() == 0 || ScoredMember.compare(lastScore, last, 0, last.length, score, member) < 0;
            if (Double.isNaN(score) || !follows || !packed.hasRoomFor(member)) {
                return null;
            }
            packed.append(member, score);
            last = member;
            lastScore = score;
            at = pack.next(scoreAt);
        }
        return new SortedSetValue(packed);
    }

    @Override
    public void fit(Limits limits) {
        boolean fits = members.size() <= limits.zsetEntries();
        if (isPacked()) {
            if (!fits) {
                index();
            }
        } else if (fits) {
            compact(limits);
        }
    }

    /** Takes the compact form unless a member is too long for it. */
    private void compact(Limits limits) {
        PackedMembers packed = new PackedMembers();
        boolean[] fits = {true};
        forEach((member, score) -> {
            fits[0] = member.length <= limits.zsetValueBytes() && packed.hasRoomFor(member);
            if (fits[0]) {
                packed.append(member, score);
            }
            return fits[0];
        });
        if (fits[0]) {
            members = packed;
        }
    }

    @Override
    public SortedSetValue copy() {
        return new SortedSetValue(members.copy());
    }

    @Override
    public long footprintBytes() {
        return OBJECT_BYTES + members.footprintBytes();
    }
}
