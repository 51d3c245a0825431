package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PartialSortTest {
    @Property(tries = 500)
    void theFirstOnesAreThoseOfAFullSort(
            @ForAll long seed,
            @ForAll @IntRange(max = 300) int size,
            @ForAll @IntRange(min = 1, max = 50) int values,
            @ForAll @IntRange(max = 300) int wanted) {
        Integer[] items = new Random(seed).ints(size, 0, values).boxed().toArray(Integer[]::new);
        List<Integer> sorted = Arrays.stream(items).sorted().toList();
        PartialSort.sort(items, wanted, Comparator.naturalOrder());
        int certain = Math.min(wanted, size);
        assertEquals(sorted.subList(0, certain), Arrays.asList(items).subList(0, certain));
        assertEquals(sorted, Arrays.stream(items).sorted().toList());
    }

    @Property(tries = 500)
    void aRangeInTheMiddleIsThatOfAFullSort(
            @ForAll long seed,
            @ForAll @IntRange(max = 300) int size,
            @ForAll @IntRange(min = 1, max = 50) int values,
            @ForAll @IntRange(max = 300) int from,
            @ForAll @IntRange(max = 300) int count) {
        Integer[] items = new Random(seed).ints(size, 0, values).boxed().toArray(Integer[]::new);
        List<Integer> sorted = Arrays.stream(items).sorted().toList();
        int first = Math.min(from, size);
        int end = Math.min(first + count, size);
        PartialSort.sort(items, first, end, Comparator.naturalOrder());
        assertEquals(sorted.subList(first, end), Arrays.asList(items).subList(first, end));
        assertEquals(sorted, Arrays.stream(items).sorted().toList());
    }
}
