package dev.rondo.membership;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Per slot an ordered list of member ids, primary first: what {@link HashRing} starts from and what it gives back. A
 * value: immutable, equal when every slot's list is equal; any thread.
 */
public final class Assignment {

    /** Nobody owns anything. */
    public static final Assignment EMPTY = of(slot -> List.of());

    private final List<NodeId>[] owners;

    private Assignment(List<NodeId>[] owners) {
        this.owners = owners;
    }

    /** Takes the owners of every slot, 0 to {@value SlotTable#SLOTS} - 1, from {@code ownersOf}; copies the lists. */
    public static Assignment of(IntFunction<List<NodeId>> ownersOf) {
        @SuppressWarnings({"unchecked", "rawtypes"})
        List<NodeId>[] owners = new List[SlotTable.SLOTS];
        Map<List<NodeId>, List<NodeId>> interned = new HashMap<>();
        List<NodeId> last = List.of();
        for (int slot = 0; slot < owners.length; slot++) {
            List<NodeId> list = ownersOf.apply(slot);
            boolean repeated = slot > 0 && list == last;
            owners[slot] = repeated ? owners[slot - 1] : interned.computeIfAbsent(list, List::copyOf);
            last = list;
        }
        return new Assignment(owners);
    }

    /** The owners of the slot, primary first; empty when it has none. */
    public List<NodeId> owners(int slot) {
        return owners[slot];
    }

    /** The primary of the slot, or null. */
    public @Nullable NodeId primary(int slot) {
        return owners[slot].isEmpty() ? null : owners[slot].get(0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Assignment that && Arrays.equals(owners, that.owners);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(owners);
    }
}
