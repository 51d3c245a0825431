package dev.rondo.server.command;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Wall-clock time, injected so that tests own it. */
@FunctionalInterface
public interface Clock {
    /** Unix time in milliseconds. */
    long nowMs();

    /** Unix time in microseconds, or as near as the clock comes to it. */
    default long nowMicros() {
        return nowMs() * 1000;
    }

    /** The system's clock. */
    static Clock system() {
        return new Clock() {
            @Override
            public long nowMs() {
                return System.currentTimeMillis();
            }

            @Override
            public long nowMicros() {
                return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            }
        };
    }
}
