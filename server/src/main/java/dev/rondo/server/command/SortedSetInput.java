package dev.rondo.server.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.type.SetValue;
import dev.rondo.server.type.SortedSetValue;
import org.jspecify.annotations.Nullable;

/**
 * One input of a union, intersection or difference of sorted sets: what a key holds, and how much its scores weigh. A
 * set is one whose members all have the score 1.
 */
final class SortedSetInput {
    private static final double SCORE_OF_SET = 1;

    private final @Nullable SortedSetValue sorted;
    private final @Nullable SetValue plain;
    double weight = 1;

    private SortedSetInput(@Nullable SortedSetValue sorted, @Nullable SetValue plain) {
        this.sorted = sorted;
        this.plain = plain;
    }

    /** What the key holds; an empty set if there is no key. */
    static SortedSetInput of(@Nullable Entry entry) {
        if (entry != null && entry.value() instanceof SetValue set) {
            return new SortedSetInput(null, set);
        }
        return new SortedSetInput(entry == null ? null : SortedSetCommands.valueOf(entry), null);
    }

    int size() {
        if (plain != null) {
            return (int) plain.size();
        }
        return sorted == null ? 0 : sorted.count();
    }

    /** The member's score before it is weighed, NaN when it is not present. */
    double score(byte[] member) {
        if (plain != null) {
            return plain.contains(member) ? SCORE_OF_SET : Double.NaN;
        }
        return sorted == null ? Double.NaN : sorted.score(member);
    }

    boolean contains(byte[] member) {
        return !Double.isNaN(score(member));
    }

    void forEach(SortedSetValue.Visitor visitor) {
        if (sorted != null) {
            sorted.forEach(visitor);
        } else if (plain != null) {
            boolean[] goesOn = {true};
            plain.forEach(member -> goesOn[0] = goesOn[0] && visitor.visit(member, SCORE_OF_SET));
        }
    }
}
