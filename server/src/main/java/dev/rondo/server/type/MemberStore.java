package dev.rondo.server.type;

/** One form of a sorted set: unique members in the order of their scores and then of their bytes. */
sealed interface MemberStore permits PackedMembers, IndexedMembers {
    /** Divides the order in two: it holds for the members in front of some place and for none behind it. */
    @FunctionalInterface
    interface Bound {
        /** Whether the member {@code bytes[from..to)} is in front. */
        boolean isBefore(double score, byte[] bytes, int from, int to);

        /** In front of the place that this member has. */
        static Bound member(double score, byte[] member) {
            return (otherScore, bytes, from, to) ->
                    ScoredMember.compare(otherScore, bytes, from, to, score, member) < 0;
        }
    }

    int size();

    /** The member's score, NaN when it is not present. */
    double score(byte[] member);

    /** The member's place counted from 0, -1 when it is not present. */
    int rank(byte[] member);

    /** Adds a member that is not present. The caller gives the array away. */
    void add(byte[] member, double score);

    /** Gives a member that is present another score. */
    void update(byte[] member, double score);

    boolean remove(byte[] member);

    /** Removes {@code count} members from a rank on, all of which must be present. */
    void removeRange(int from, int count);

    /** How many members are in front of the bound. */
    int countBefore(Bound bound);

    /** Visits members from a rank on, upwards or downwards, until the visitor has enough. */
    void forEach(int from, boolean downwards, SortedSetValue.Visitor visitor);

    /** See {@link HashTable#scan}. */
    long scan(long cursor, SortedSetValue.Visitor visitor);

    MemberStore copy();

    long footprintBytes();
}
