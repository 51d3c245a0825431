package dev.rondo.compat.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds client ports whose whole family is free on loopback: the port itself, the bus port (+10000) and the failure
 * detection port (+10100). All lie below the kernel's range of ephemeral ports, so no outgoing connection takes one.
 */
final class FreePorts {
    static final int BUS_OFFSET = 10_000;
    private static final int[] OFFSETS = {0, BUS_OFFSET, BUS_OFFSET + 100};
    private static final int LOWEST = 11_000;
    private static final int HIGHEST = 22_000;
    private static final int ATTEMPTS = 1000;

    private FreePorts() {}

    /** As many client ports as asked for, no two of whose families overlap. */
    static Set<Integer> take(int count) {
        Set<Integer> ports = new HashSet<>();
        Set<Integer> used = new HashSet<>();
        for (int attempt = 0; attempt < ATTEMPTS && ports.size() < count; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port, used)) {
                ports.add(port);
                for (int offset : OFFSETS) {
                    used.add(port + offset);
                }
            }
        }
        if (ports.size() < count) {
            throw new IllegalStateException("no " + count + " free ports between " + LOWEST + " and " + HIGHEST);
        }
        return ports;
    }

    static int takeOne() {
        return take(1).iterator().next();
    }

    private static boolean isFree(int port, Set<Integer> used) {
        for (int offset : OFFSETS) {
            if (used.contains(port + offset) || !canBind(port + offset)) {
                return false;
            }
        }
        return true;
    }

    private static boolean canBind(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
