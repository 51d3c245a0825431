package dev.rondo.server.type;

import java.util.Arrays;

/** One form of a sorted set: unique members in the order of their scores and then of their bytes. */
sealed interface MemberStore permits PackedMembers, IndexedMembers {
    /** Divides members of one score in two: it holds for those in front of some place and for none behind it. */
    @FunctionalInterface
    interface Ties {
        /** Whether the member {@code bytes[from..to)} is in front. */
        boolean isBefore(byte[] bytes, int from, int to);
    }

    /**
     * A place in the order: lower scores are in front of it, higher ones behind, and of equal ones those in front that
     * the ties say. So bytes are looked at where scores are equal only. Of NaN all scores are equal.
     */
    record Bound(double score, Ties ties) {
        /** The place that this member has. */
        static Bound member(double score, byte[] member) {
            return new Bound(
                    score, (bytes, from, to) -> Arrays.compareUnsigned(bytes, from, to, member, 0, member.length) < 0);
        }

        /** The end of lower scores, or with {@code orEqual} that of equal ones. */
        static Bound score(double score, boolean orEqual) {
            return new Bound(score, (bytes, from, to) -> orEqual);
        }

        /** A place among members that have one score, whatever it is. */
        static Bound bytes(Ties ties) {
            return new Bound(Double.NaN, ties);
        }

        boolean isBefore(double other, byte[] bytes, int from, int to) {
            return other < score || !(other > score) && ties.isBefore(bytes, from, to);
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
