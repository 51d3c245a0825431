package dev.rondo.server.type;

/** The form of large sorted sets: a tree that keeps the order, and a table that finds the score of a member. */
final class IndexedMembers implements MemberStore {
    private static final long NODE_BYTES = ObjectSize.ofNode(Double.BYTES);
    /** The share of a member in the leaves, which are about two thirds full, and in what is above them. */
    private static final long TREE_BYTES = 2 * ObjectSize.REFERENCE + 3 * Double.BYTES / 2;

    private final HashTable<ScoredMember> table = new HashTable<>();
    private final ScoreTree tree = new ScoreTree();
    private long bytes;

    @Override
    public int size() {
        return table.size();
    }

    /** How many steps the tree has taken so far: for tests, which hold its promises against this. */
    long steps() {
        return tree.steps();
    }

    @Override
    public double score(byte[] member) {
        ScoredMember found = table.find(member);
        return found == null ? Double.NaN : found.score;
    }

    @Override
    public int rank(byte[] member) {
        ScoredMember found = table.find(member);
        return found == null ? -1 : rank(found);
    }

    private int rank(ScoredMember member) {
        return tree.countBefore(Bound.member(member.score, member.key()));
    }

    @Override
    public void add(byte[] member, double score) {
        add(new ScoredMember(member, HashTable.hash(member), score));
    }

    private void add(ScoredMember member) {
        table.add(member);
        tree.add(member);
        bytes += footprintBytes(member);
    }

    private static long footprintBytes(ScoredMember member) {
        return NODE_BYTES + TREE_BYTES + ObjectSize.ofArray(member.key().length);
    }

    @Override
    public void update(byte[] member, double score) {
        ScoredMember old = table.remove(member);
        if (old == null) {
            throw new IllegalStateException("no such member");
        }
        tree.removeAt(rank(old));
        bytes -= footprintBytes(old);
        add(new ScoredMember(old.key(), old.hash, score));
    }

    @Override
    public boolean remove(byte[] member) {
        ScoredMember removed = table.remove(member);
        if (removed == null) {
            return false;
        }
        tree.removeAt(rank(removed));
        bytes -= footprintBytes(removed);
        return true;
    }

    @Override
    public void removeRange(int from, int count) {
        for (int i = 0; i < count; i++) {
            ScoredMember removed = tree.removeAt(from);
            table.remove(removed.key(), removed.hash);
            bytes -= footprintBytes(removed);
        }
    }

    @Override
    public int countBefore(Bound bound) {
        return tree.countBefore(bound);
    }

    @Override
    public void forEach(int from, boolean downwards, SortedSetValue.Visitor visitor) {
        tree.forEach(from, downwards, member -> visitor.visit(member.key(), member.score));
    }

    @Override
    public long scan(long cursor, SortedSetValue.Visitor visitor) {
        return table.scan(cursor, member -> visitor.visit(member.key(), member.score));
    }

    @Override
    public IndexedMembers copy() {
        IndexedMembers copy = new IndexedMembers();
        tree.forEach(0, false, member -> {
            copy.add(new ScoredMember(member.key(), member.hash, member.score));
            return true;
        });
        return copy;
    }

    @Override
    public long footprintBytes() {
        return bytes;
    }
}
