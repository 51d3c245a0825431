package dev.rondo.server.type;

import java.util.Arrays;

/** A member of a large sorted set with its score. A new score makes a new node, so that the order of nodes is fixed. */
final class ScoredMember extends HashTable.Node<ScoredMember> {
    final double score;

    ScoredMember(byte[] member, int hash, double score) {
        super(member, hash);
        this.score = score;
    }

    /** The order of sorted sets: by score, then by the bytes of the member. Zero and minus zero are one score. */
    static int compare(double score, byte[] bytes, int from, int to, double otherScore, byte[] other) {
        if (score != otherScore) {
            return score < otherScore ? -1 : 1;
        }
        return Arrays.compareUnsigned(bytes, from, to, other, 0, other.length);
    }
}
