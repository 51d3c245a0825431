package dev.rondo.membership;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the cluster's own messages without ever making the membership thread wait: a member that does not take its
 * messages holds up nobody else, nor the words that go out unreliably to itself, which are all that can reach it then.
 * Per member and kind only the newest message is kept, so nothing grows. Any thread.
 */
final class Courier implements AutoCloseable {

    /** Takes messages for the bus; may wait for room. */
    interface Outlet {
        void send(Message message) throws Exception;
    }

    /** A way to a member: what goes reliably waits for room, and must not hold up what does not. */
    private record Lane(Address to, boolean reliable) {}

    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);

    private final Outlet outlet;
    /** At most one task per lane runs at a time, so the threads are bounded by the members. */
    private final ExecutorService executor;

    private final Map<Lane, EnumMap<MailKind, byte[]>> waiting = new ConcurrentHashMap<>();

    Courier(Outlet outlet, String threadName) {
        this.outlet = outlet;
        this.executor = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Sends soon; replaces a message of the same kind that still waits for the same member. */
    void post(Address to, MailKind kind, byte[] body) {
        Lane lane = new Lane(to, !kind.isForOutsiders());
        boolean[] first = new boolean[1];
        waiting.compute(lane, (same, mail) -> {
            first[0] = mail == null;
            EnumMap<MailKind, byte[]> result = mail == null ? new EnumMap<>(MailKind.class) : mail;
            result.put(kind, body);
            return result;
        });
        if (first[0]) {
            try {
                executor.execute(() -> deliver(lane));
            } catch (RejectedExecutionException e) {
                waiting.remove(lane);
                LOG.debug("closed, not sent: {}", kind);
            } catch (Error e) { // no thread can be had: what comes next must not wait for this task
                waiting.remove(lane);
                throw e;
            }
        }
    }

    private void deliver(Lane lane) {
        while (true) {
            EnumMap<MailKind, byte[]> batch = new EnumMap<>(MailKind.class);
            waiting.computeIfPresent(lane, (same, mail) -> {
                batch.putAll(mail);
                mail.clear();
                return batch.isEmpty() ? null : mail;
            });
            if (batch.isEmpty()) {
                return;
            }
            batch.forEach((kind, body) -> send(lane, kind, body));
        }
    }

    /** Never throws: the task that sends what waits for a member ends only when nothing does. */
    private void send(Lane lane, MailKind kind, byte[] body) {
        try {
            byte[] bytes = new byte[1 + body.length];
            bytes[0] = kind.code();
            System.arraycopy(body, 0, bytes, 1, body.length);
            Message message = new BytesMessage(lane.to, bytes).setFlag(Message.Flag.OOB);
            if (!lane.reliable) {
                message.setFlag(Message.Flag.NO_RELIABILITY, SignsOfLife.NO_SIGN);
            }
            outlet.send(message);
        } catch (Exception e) {
            // The member left or this node is closing; a view change follows and says so.
            LOG.debug("could not send {} to {}", kind, lane.to, e);
        } catch (Error e) {
            LOG.error("could not send {} to {}", kind, lane.to, e);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
