package dev.rondo.compat.chaos;

/**
 * The clients that do nothing but write one register each.
 *
 * @param perSecond how often each of them writes
 * @param timeoutMs after which a write that is not answered is given up, and the next one begins
 */
record Probing(int probes, int perSecond, int timeoutMs) {
    static final Probing USUAL = new Probing(12, 40, 1000);
}
