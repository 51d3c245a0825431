package dev.rondo.server.info;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What the operating system tells of this process; 0 where it does not tell. Thread-safe. */
final class ProcessFacts {
    private static final int PAGE_BYTES = 4096;
    private static final double TICKS_PER_SECOND = 100; // USER_HZ, which Linux fixes for /proc
    /** The fields of /proc/self/stat behind the program's name, counted from 0: see proc(5). */
    private static final int USER_TICKS = 11;

    private ProcessFacts() {}

    /** The memory of the process that is in RAM, in bytes. */
    static long residentBytes() {
        String[] words = words(Path.of("/proc/self/statm"));
        return words.length > 1 ? Long.parseLong(words[1]) * PAGE_BYTES : 0;
    }

    /** CPU seconds: user, system, and those of child processes that ended. */
    record CpuSeconds(double user, double system, double childUser, double childSystem) {}

    static CpuSeconds cpu() {
        String[] words = words(Path.of("/proc/self/stat"));
        int nameEnd = 0;
        for (int i = 0; i < words.length; i++) {
            if (words[i].endsWith(")")) {
                nameEnd = i;
            }
        }
        int first = nameEnd + 1 + USER_TICKS;
        if (words.length < first + 4) {
            return new CpuSeconds(processCpuSeconds(), 0, 0, 0);
        }
        return new CpuSeconds(
                Long.parseLong(words[first]) / TICKS_PER_SECOND,
                Long.parseLong(words[first + 1]) / TICKS_PER_SECOND,
                Long.parseLong(words[first + 2]) / TICKS_PER_SECOND,
                Long.parseLong(words[first + 3]) / TICKS_PER_SECOND);
    }

    private static double processCpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime() / 1e9
                : 0;
    }

    static long systemMemoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }

    private static String[] words(Path file) {
        @Nullable String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) { // not Linux
            return new String[0];
        }
        return text.trim().split("\\s+");
    }
}
