package dev.rondo.compat.fault;

import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/** Writes numbered keys of one slot to one node, whatever happens, until it is told that the slot is another node's. */
final class StubbornWriter extends Thread {
    private static final int PIPELINE = 16;
    private static final int READ_AT_ONCE = 500;
    private static final int TIMEOUT_MS = 60_000;
    private static final Duration NOTICED = Duration.ofSeconds(60);

    private final RespConnection connection;
    private final String tag;
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean finished;

    /** Of a node, and of a tag, in braces, of its keys. */
    StubbornWriter(ServerProcess node, String tag) {
        connection = node.connect(TIMEOUT_MS);
        this.tag = tag;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            while (!finished && refused.get() == 0) {
                int first = acknowledged.get();
                for (int i = first; i < first + PIPELINE; i++) {
                    connection.queue(List.of("SET", key(i), Integer.toString(i)));
                }
                connection.flush();
                for (int i = 0; i < PIPELINE; i++) {
                    if (connection.read().asText().equals("OK")) {
                        acknowledged.incrementAndGet();
                    } else {
                        refused.incrementAndGet();
                    }
                }
            }
        } catch (UncheckedIOException e) {
            refused.incrementAndGet(); // the connection is gone: nothing more is acknowledged
        }
    }

    private String key(int number) {
        return tag + ":" + number;
    }

    void awaitMore(int writes) {
        int before = acknowledged.get();
        Awaitility.await().atMost(NOTICED).until(() -> acknowledged.get() >= before + writes);
    }

    void awaitRefusal() {
        Awaitility.await().atMost(NOTICED).until(() -> refused.get() > 0);
    }

    void finish() throws InterruptedException {
        finished = true;
        join(NOTICED.toMillis());
        connection.close();
    }

    /** What was acknowledged and is not there. */
    List<Integer> missingOn(ServerProcess owner) {
        List<Integer> missing = new ArrayList<>();
        int count = acknowledged.get();
        try (RespConnection reader = owner.connect()) {
            reader.command("READONLY");
            for (int from = 0; from < count; from += READ_AT_ONCE) {
                int to = Math.min(count, from + READ_AT_ONCE);
                for (int i = from; i < to; i++) {
                    reader.queue(List.of("GET", key(i)));
                }
                reader.flush();
                for (int i = from; i < to; i++) {
                    Reply reply = reader.read();
                    if (reply.isError() || reply.isNil() || !reply.asText().equals(Integer.toString(i))) {
                        missing.add(i);
                    }
                }
            }
        }
        return missing;
    }
}
