package dev.rondo.server.type;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Intersection, union and difference of sets, in which null is an empty set. Pure functions. */
public final class SetAlgebra {
    private SetAlgebra() {}

    /** Bytes that are equal by content. */
    private static final class Found extends HashTable.Node<Found> {
        Found(byte[] member) {
            super(member);
        }
    }

    /**
     * Gives what all sets have to {@code found}.
     *
     * @param sets at least one
     * @param most after so many it ends
     */
    public static void intersection(List<@Nullable SetValue> sets, long most, Consumer<byte[]> found) {
        List<SetValue> present = new ArrayList<>();
        for (SetValue set : sets) {
            if (set == null) {
                return;
            }
            present.add(set);
        }
        present.sort(Comparator.comparingLong(SetValue::size));
        SetValue smallest = present.get(0);
        List<SetValue> others = withoutTwins(present);
        long left = most;
        long cursor = 0;
        List<byte[]> candidates = new ArrayList<>();
        do {
            candidates.clear();
            cursor = smallest.scan(cursor, candidates::add);
            for (byte[] candidate : candidates) {
                if (left > 0 && others.stream().allMatch(set -> set.contains(candidate))) {
                    found.accept(candidate);
                    left--;
                }
            }
        } while (cursor != 0 && left > 0);
    }

    /** All but the first and those that are the same object as one before: a key may be named twice. */
    private static List<SetValue> withoutTwins(List<SetValue> sets) {
        Set<SetValue> seen = new HashSet<>();
        return sets.stream().filter(seen::add).filter(set -> set != sets.get(0)).toList();
    }

    /** Gives what any set has to {@code found}, once. */
    public static void union(List<@Nullable SetValue> sets, Consumer<byte[]> found) {
        HashTable<Found> seen = new HashTable<>();
        for (SetValue set : sets) {
            if (set != null) {
                set.forEach(member -> {
                    if (seen.find(member) == null) {
                        seen.add(new Found(member));
                        found.accept(member);
                    }
                });
            }
        }
    }

    /** Gives what the first set has and none of the others to {@code found}. */
    public static void difference(List<@Nullable SetValue> sets, Consumer<byte[]> found) {
        SetValue first = sets.get(0);
        if (first == null) {
            return;
        }
        List<SetValue> others = new ArrayList<>();
        long otherMembers = 0;
        for (SetValue set : sets.subList(1, sets.size())) {
            if (set != null) {
                others.add(set);
                otherMembers += set.size();
            }
        }
        if (first.size() * others.size() / 2 <= first.size() + otherMembers) {
            others.sort(Comparator.comparingLong(SetValue::size).reversed());
            first.forEach(member -> {
                if (others.stream().noneMatch(set -> set.contains(member))) {
                    found.accept(member);
                }
            });
            return;
        }
        HashTable<Found> left = new HashTable<>();
        first.forEach(member -> left.add(new Found(member)));
        for (SetValue set : others) {
            set.forEach(left::remove);
        }
        left.forEach(member -> found.accept(member.key()));
    }
}
