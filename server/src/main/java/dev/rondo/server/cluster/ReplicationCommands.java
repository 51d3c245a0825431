package dev.rondo.server.cluster;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.command.Arguments;
import dev.rondo.server.command.Blocked;
import dev.rondo.server.command.Call;
import dev.rondo.server.command.Category;
import dev.rondo.server.command.Client;
import dev.rondo.server.command.Clients;
import dev.rondo.server.command.CommandException;
import dev.rondo.server.command.CommandSpec;
import dev.rondo.server.command.Flag;
import dev.rondo.server.command.Timer;
import dev.rondo.server.replication.Progress;
import dev.rondo.server.resp.ReplyWriter;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * WAIT, WAITAOF and ROLE. WAIT holds a client back until what it has written is on enough replicas. A client's writes
 * may lie in slots with different replicas; the answer is the number of replicas that each of its writes has reached.
 * No node has an append-only file yet, so what WAITAOF waits for does not happen.
 */
public final class ReplicationCommands {
    /** A client that waits. */
    private final class Waiter implements Blocked {
        private final Client client;
        private final Progress progress;
        private final long replicas;
        private final Consumer<ReplyWriter> answer;

        Waiter(Client client, Progress progress, long replicas, Consumer<ReplyWriter> answer) {
            this.client = client;
            this.progress = progress;
            this.replicas = replicas;
            this.answer = answer;
        }

        boolean isSatisfied() {
            return progress.replicas() >= replicas;
        }

        void finish() {
            end(answer);
        }

        private boolean end(Consumer<ReplyWriter> reply) {
            boolean waited = waiters.remove(client, this);
            if (waited) {
                client.blocked(null);
                client.connection().resume(reply);
            }
            return waited;
        }

        @Override
        public boolean isOver() {
            return waiters.get(client) != this;
        }

        @Override
        public boolean unblock(boolean withError) {
            return end(withError ? reply -> reply.error(Blocked.UNBLOCKED) : answer);
        }
    }

    private final @Nullable ClusterService cluster;
    private final Timer timer;
    private final Map<Client, Waiter> waiters = new ConcurrentHashMap<>();

    /** Answers for a node of {@code cluster}, or for a plain server (null), which has no replicas. */
    public ReplicationCommands(@Nullable ClusterService cluster, Clients clients, Timer timer) {
        this.cluster = cluster;
        this.timer = timer;
        clients.whenClosed(waiters::remove);
        if (cluster != null) {
            cluster.replication().whenAcknowledged(this::acknowledged);
        }
    }

    public List<CommandSpec> commands() {
        return List.of(
                command("wait", 3)
                        .flags(Flag.NOSCRIPT)
                        .acl(Category.CONNECTION)
                        .tips("request_policy:all_shards", "response_policy:agg_min")
                        .runs(this::await),
                command("waitaof", 4)
                        .flags(Flag.NOSCRIPT)
                        .acl(Category.CONNECTION)
                        .tips("request_policy:all_shards", "response_policy:agg_min")
                        .runs(this::awaitFiles),
                command("role", 1)
                        .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE, Flag.FAST)
                        .acl(Category.ADMIN, Category.DANGEROUS)
                        .runs(this::role));
    }

    /** Every node is a master of its slots; the others that follow some of them are its replicas. */
    private void role(Call call) {
        List<Follower> followers = cluster == null ? List.of() : cluster.followers();
        long offset = cluster == null ? 0 : cluster.replication().offset();
        call.reply().array(3);
        call.reply().bulk("master");
        call.reply().integer(offset);
        call.reply().array(followers.size());
        for (Follower follower : followers) {
            call.reply().array(3);
            call.reply().bulk(follower.member().host());
            call.reply().bulkLong(follower.member().port());
            call.reply().bulkLong(offset - follower.backlogBytes());
        }
    }

    private void await(Call call) {
        long replicas = call.longArgument(1);
        long timeoutMs = timeoutMs(call.argument(2));
        Progress progress = progress(call.client());
        await(call, progress, replicas, timeoutMs, reply -> reply.integer(progress.replicas()));
    }

    /** As long as nobody has an append-only file, waiting for one lasts until the timeout. */
    private void awaitFiles(Call call) {
        long local = call.longArgument(1);
        if (local < 0 || local > 1) {
            throw new CommandException("ERR value is out of range, value must between 0 and 1");
        }
        long replicas =
                Arguments.toLong(call.argument(2), 0, Long.MAX_VALUE, "ERR value is out of range, must be positive");
        long timeoutMs = timeoutMs(call.argument(3));
        if (local > 0) {
            throw new CommandException("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.");
        }
        await(call, Progress.NO_REPLICAS, replicas, timeoutMs, reply -> {
            reply.array(2);
            reply.integer(0);
            reply.integer(0);
        });
    }

    private static long timeoutMs(byte[] text) {
        long timeoutMs =
                Arguments.toLong(text, Long.MIN_VALUE, Long.MAX_VALUE, "ERR timeout is not an integer or out of range");
        if (timeoutMs < 0) {
            throw new CommandException("ERR timeout is negative");
        }
        return timeoutMs;
    }

    private void await(Call call, Progress progress, long replicas, long timeoutMs, Consumer<ReplyWriter> answer) {
        Client client = call.client();
        if (progress.replicas() >= replicas || client.isInTransaction()) {
            answer.accept(call.reply());
            return;
        }
        client.connection().suspend();
        Waiter waiter = new Waiter(client, progress, replicas, answer);
        client.blocked(waiter);
        waiters.put(client, waiter);
        if (timeoutMs > 0) {
            timer.after(timeoutMs, waiter::finish);
        }
        if (waiter.isSatisfied()) { // acknowledged between the look and the entry
            waiter.finish();
        }
    }

    private Progress progress(Client client) {
        if (cluster == null) {
            return Progress.NO_REPLICAS;
        }
        BitSet written = client.writtenSlots();
        return cluster.replication()
                .progress(
                        written != null
                                ? written
                                : cluster.table().primarySlots(cluster.self().id()));
    }

    private void acknowledged() {
        for (Waiter waiter : waiters.values()) {
            if (waiter.isSatisfied()) {
                waiter.finish();
            }
        }
    }

    /** The number of clients that wait. */
    public int waiting() {
        return waiters.size();
    }
}
