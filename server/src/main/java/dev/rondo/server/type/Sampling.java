package dev.rondo.server.type;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Choosing several elements of a collection at random, in time and memory of what is chosen. Pure functions. */
final class Sampling {
    /** Up to this size a list of all elements costs less than to see which were chosen already. */
    private static final int SMALL = 512;
    /** Where more than one in so many is wanted, so many attempts would hit the same ones that a list is better. */
    private static final int DENSE = 3;

    private Sampling() {}

    /**
     * Different elements, each set of them equally likely, in any order; all of them when fewer are there.
     *
     * @param size the number of elements
     * @param all lists the elements
     * @param pick chooses one at random, always giving the same object for the same element
     */
    static <T> List<T> distinct(
            int size, long wanted, Supplier<List<T>> all, Supplier<T> pick, RandomGenerator random) {
        if (wanted >= size) {
            return all.get();
        }
        int count = (int) wanted;
        if (size <= SMALL || (long) count * DENSE > size) {
            List<T> elements = all.get();
            for (int i = 0; i < count; i++) {
                Collections.swap(elements, i, i + random.nextInt(size - i));
            }
            return elements.subList(0, count);
        }
        Set<T> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
        while (chosen.size() < count) {
            chosen.add(pick.get());
        }
        return new ArrayList<>(chosen);
    }

    /** Chooses one of the list again and again. */
    static <T> Supplier<T> picker(List<T> all, RandomGenerator random) {
        return () -> all.get(random.nextInt(all.size()));
    }
}
