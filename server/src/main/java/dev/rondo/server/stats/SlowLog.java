package dev.rondo.server.stats;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** The commands that took longest lately, at most slowlog-max-len of them, cut to a bearable size. Thread-safe. */
public final class SlowLog {
    private static final int MOST_ARGUMENTS = 32;
    private static final int MOST_BYTES = 128;

    /** One command, with its name and arguments as they are kept, and who sent it. */
    public record Entry(
            long id, long second, long microseconds, List<byte[]> arguments, String address, String clientName) {}

    private final Deque<Entry> entries = new ArrayDeque<>(); // the newest first
    private long nextId;
    private volatile long maxLength;

    /** So many entries are kept from the next one on. */
    public void maxLength(long newLength) {
        maxLength = newLength;
    }

    public synchronized void add(long second, long microseconds, byte[][] arguments, String address, String name) {
        entries.addFirst(new Entry(nextId++, second, microseconds, cut(arguments), address, name));
        while (entries.size() > maxLength) {
            entries.removeLast();
        }
    }

    private static List<byte[]> cut(byte[][] arguments) {
        List<byte[]> kept = new ArrayList<>();
        int most = arguments.length > MOST_ARGUMENTS ? MOST_ARGUMENTS - 1 : arguments.length;
        for (int i = 0; i < most; i++) {
            kept.add(cut(arguments[i]));
        }
        if (most < arguments.length) {
            kept.add(Ascii.bytes("... (" + (arguments.length - most) + " more arguments)"));
        }
        return kept;
    }

    private static byte[] cut(byte[] argument) {
        if (argument.length <= MOST_BYTES) {
            return argument;
        }
        byte[] rest = Ascii.bytes("... (" + (argument.length - MOST_BYTES) + " more bytes)");
        byte[] kept = Arrays.copyOf(argument, MOST_BYTES + rest.length);
        System.arraycopy(rest, 0, kept, MOST_BYTES, rest.length);
        return kept;
    }

    /** The latest entries, the newest first. */
    public synchronized List<Entry> latest(long count) {
        return entries.stream().limit(count).toList();
    }

    public synchronized int size() {
        return entries.size();
    }

    public synchronized void reset() {
        entries.clear();
    }
}
