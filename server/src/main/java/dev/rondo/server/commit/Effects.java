package dev.rondo.server.commit;

import dev.rondo.server.keyspace.Slot;
import java.util.Arrays;

/**
 * What one command or transaction really did, as commands that do the same anywhere and at any time: absolute
 * expiries, resolved randomness. All effects of one batch happen together or not at all. Reused; confined to one
 * thread, filled and read under the locks of the slots concerned.
 */
public final class Effects {
    private Slot[] slots = new Slot[4];
    private byte[][][] commands = new byte[4][][];
    private int size;

    /** Adds one command; the array is given away. */
    public void add(Slot slot, byte[][] command) {
        if (size == slots.length) {
            slots = Arrays.copyOf(slots, 2 * size);
            commands = Arrays.copyOf(commands, 2 * size);
        }
        slots[size] = slot;
        commands[size++] = command;
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public Slot slot(int index) {
        return slots[index];
    }

    public byte[][] command(int index) {
        return commands[index];
    }

    public void clear() {
        Arrays.fill(slots, 0, size, null);
        Arrays.fill(commands, 0, size, null);
        size = 0;
    }
}
