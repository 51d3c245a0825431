package dev.rondo.server.command;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Holds back requests, all or those that write, until a time: CLIENT PAUSE and DEBUG SLEEP. Thread-safe. */
public final class PauseGate {
    /** What is held back. */
    public enum Mode {
        NONE,
        WRITE,
        ALL
    }

    /** Who holds requests back; causes don't shorten or lengthen one another. */
    public enum Cause {
        CLIENT_PAUSE,
        DEBUG_SLEEP
    }

    private record Pause(Mode mode, long untilMs) {}

    private final Map<Cause, Pause> pauses = new EnumMap<>(Cause.class);
    private final List<Runnable> waiting = new ArrayList<>();
    private volatile Mode mode = Mode.NONE;

    /** Starts or extends a pause; a later end and a stronger mode win, as in Redis. */
    public synchronized void pause(Cause cause, Mode newMode, long newUntilMs) {
        Pause present = pauses.getOrDefault(cause, new Pause(Mode.NONE, 0));
        pauses.put(
                cause,
                new Pause(
                        newMode.compareTo(present.mode) > 0 ? newMode : present.mode,
                        Math.max(newUntilMs, present.untilMs)));
        updateMode();
    }

    private void updateMode() {
        Mode strongest = Mode.NONE;
        for (Pause pause : pauses.values()) {
            strongest = pause.mode.compareTo(strongest) > 0 ? pause.mode : strongest;
        }
        mode = strongest;
    }

    /** Ends CLIENT PAUSE: what it held back goes on. */
    public void unpause() {
        release(() -> pauses.remove(Cause.CLIENT_PAUSE));
    }

    /** To be called when a pause is due to end, and regularly: ends the pauses whose time is over. */
    public void tick(long nowMs) {
        if (!isOpen()) {
            release(() -> pauses.values().removeIf(pause -> nowMs >= pause.untilMs));
        }
    }

    /** Everything that waits tries again; what another pause still holds comes back here. */
    private void release(Runnable change) {
        List<Runnable> ready;
        synchronized (this) {
            Mode before = mode;
            change.run();
            updateMode();
            if (mode == before) {
                return;
            }
            ready = new ArrayList<>(waiting);
            waiting.clear();
        }
        ready.forEach(Runnable::run);
    }

    /** One volatile read, for the dispatcher's fast path. */
    public boolean isOpen() {
        return mode == Mode.NONE;
    }

    /** Keeps {@code retry} (which must only schedule work) until the pause is over; false when nothing holds it. */
    boolean hold(boolean write, Runnable retry) {
        synchronized (this) {
            if (mode == Mode.NONE || mode == Mode.WRITE && !write) {
                return false;
            }
            waiting.add(retry);
            return true;
        }
    }

    /** The number of requests held back. */
    public synchronized int waiting() {
        return waiting.size();
    }
}
