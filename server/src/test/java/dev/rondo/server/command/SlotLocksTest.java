package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Slot;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SlotLocksTest {
    private static final Databases DATABASES = new Databases(2, Slot.Role.PRIMARY);

    @Property
    void everySlotIsLockedOnceInTheOrderOfDatabaseAndIndex(
            @ForAll @Size(max = 40) List<@IntRange(max = 59) Integer> drawn) {
        SlotLocks locks = new SlotLocks();
        List<Slot> wanted = drawn.stream().map(SlotLocksTest::slot).toList();
        wanted.forEach(locks::add);
        locks.lock();
        List<Slot> ordered = wanted.stream()
                .distinct()
                .sorted(Comparator.comparingInt(Slot::database).thenComparingInt(Slot::index))
                .toList();
        assertEquals(ordered, locks.all());
        ordered.forEach(slot -> assertTrue(slot.isLockedByMe()));
        locks.unlock();
        ordered.forEach(slot -> assertFalse(slot.isLockedByMe()));
    }

    private static Slot slot(int number) {
        return DATABASES.get(number % 2).slot(number / 2);
    }
}
