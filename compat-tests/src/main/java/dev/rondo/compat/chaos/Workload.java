package dev.rondo.compat.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The clients of a run: workers, and probes that do nothing but write one register each, so that the time without an
 * accepted write is known closely. Each does so many operations a second and no more. {@link #whileAllRest} holds them.
 */
final class Workload implements AutoCloseable {
    private static final int TIMEOUT_MS = 1000;
    private static final long JOIN_TIMEOUT_MS = 20_000;

    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Throwable> accidents = new ConcurrentLinkedQueue<>();
    private final List<KeyLog> probes = new ArrayList<>();
    private volatile boolean stopped;

    Workload(Settings settings, ChaosCluster cluster, History history) {
        SplittableRandom random = new SplittableRandom(settings.seed());
        SharedLogs shared = new SharedLogs(history);
        int perClient = Math.max(1, settings.opsPerSecond() / settings.clients());
        for (int i = 0; i < settings.clients(); i++) {
            Worker worker = new Worker(i, cluster, history, shared, random.split(), TIMEOUT_MS);
            prepare("worker-" + i, worker, perClient, worker::sow, worker::step);
        }
        for (int i = 0; i < settings.probing().probes(); i++) {
            Worker worker = new Worker(
                    settings.clients() + i,
                    cluster,
                    history,
                    shared,
                    random.split(),
                    settings.probing().timeoutMs());
            KeyLog probe = history.newLog(KeyLog.Kind.REGISTER, "probe:" + i);
            probes.add(probe);
            Runnable write = () -> worker.writeRegister(probe, false);
            prepare("probe-" + i, worker, settings.probing().perSecond(), write, write);
        }
    }

    private void prepare(String name, Worker worker, int perSecond, Runnable first, Runnable step) {
        threads.add(new Thread(
                () -> {
                    try (worker) {
                        gated(first);
                        loop(step, 1_000_000_000L / perSecond);
                    } catch (RuntimeException | Error e) {
                        accidents.add(e);
                        throw e;
                    }
                },
                name));
    }

    private void loop(Runnable step, long intervalNs) {
        long nextNs = System.nanoTime();
        while (!stopped) {
            gated(step);
            nextNs = Math.max(nextNs + intervalNs, System.nanoTime() - intervalNs);
            for (long left = nextNs - System.nanoTime(); left > 0 && !stopped; left = nextNs - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    private void gated(Runnable step) {
        gate.readLock().lock();
        try {
            step.run();
        } finally {
            gate.readLock().unlock();
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    /** Runs something when no operation is under way, and lets none begin meanwhile. */
    void whileAllRest(Runnable action) {
        gate.writeLock().lock();
        try {
            action.run();
        } finally {
            gate.writeLock().unlock();
        }
    }

    /** The registers that the probes write. */
    List<KeyLog> probes() {
        return probes;
    }

    /** What ended a client that should not have ended. */
    List<Throwable> accidents() {
        return List.copyOf(accidents);
    }

    /** Ends all clients. */
    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(JOIN_TIMEOUT_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
