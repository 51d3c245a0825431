package dev.rondo.membership;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the cluster's own messages without ever making the membership thread wait: a member that does not take its
 * messages holds up nobody else. Per member and kind only the newest message is kept, so nothing grows. Any thread.
 */
final class Courier implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);

    private final JChannel channel;
    /** At most one task per member runs at a time, so the threads are bounded by the members. */
    private final ExecutorService executor;

    private final Map<Address, EnumMap<MailKind, byte[]>> waiting = new ConcurrentHashMap<>();

    Courier(JChannel channel, String threadName) {
        this.channel = channel;
        this.executor = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Sends soon; replaces a message of the same kind that still waits for the same member. */
    void post(Address to, MailKind kind, byte[] body) {
        boolean[] first = new boolean[1];
        waiting.compute(to, (address, mail) -> {
            first[0] = mail == null;
            EnumMap<MailKind, byte[]> result = mail == null ? new EnumMap<>(MailKind.class) : mail;
            result.put(kind, body);
            return result;
        });
        if (first[0]) {
            try {
                executor.execute(() -> deliver(to));
            } catch (RejectedExecutionException e) {
                waiting.remove(to);
                LOG.debug("closed, not sent: {}", kind);
            }
        }
    }

    private void deliver(Address to) {
        while (true) {
            EnumMap<MailKind, byte[]> batch = new EnumMap<>(MailKind.class);
            waiting.computeIfPresent(to, (address, mail) -> {
                batch.putAll(mail);
                mail.clear();
                return batch.isEmpty() ? null : mail;
            });
            if (batch.isEmpty()) {
                return;
            }
            batch.forEach((kind, body) -> send(to, kind, body));
        }
    }

    private void send(Address to, MailKind kind, byte[] body) {
        byte[] bytes = new byte[1 + body.length];
        bytes[0] = kind.code();
        System.arraycopy(body, 0, bytes, 1, body.length);
        try {
            Message message = new BytesMessage(to, bytes).setFlag(Message.Flag.OOB);
            if (kind.isForOutsiders()) {
                message.setFlag(Message.Flag.NO_RELIABILITY, SignsOfLife.NO_SIGN);
            }
            channel.send(message);
        } catch (Exception e) {
            // The member left or this node is closing; a view change follows and says so.
            LOG.debug("could not send {} to {}", kind, to, e);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
