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
 * WAIT and ROLE. WAIT holds a client back until what it has written is on enough replicas. A client's writes may lie in
 * slots with different replicas; the answer is the number of replicas that each of its writes has reached.
 */
public final class ReplicationCommands {
    /** A client that waits. */
    private final class Waiter implements Blocked {
        private final Client client;
        private final Progress progress;
        private final long replicas;

        Waiter(Client client, Progress progress, long replicas) {
            this.client = client;
            this.progress = progress;
            this.replicas = replicas;
        }

        boolean isSatisfied() {
            return progress.replicas() >= replicas;
        }

        void finish() {
            end(reply -> reply.integer(progress.replicas()));
        }

        private boolean end(Consumer<ReplyWriter> answer) {
            boolean waited = waiters.remove(client, this);
            if (waited) {
                client.blocked(null);
                client.connection().resume(answer);
            }
            return waited;
        }

        @Override
        public boolean isOver() {
            return waiters.get(client) != this;
        }

        @Override
        public boolean unblock(boolean withError) {
            return end(
                    withError ? reply -> reply.error(Blocked.UNBLOCKED) : reply -> reply.integer(progress.replicas()));
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
        long timeoutMs = Arguments.toLong(
                call.argument(2), Long.MIN_VALUE, Long.MAX_VALUE, "ERR timeout is not an integer or out of range");
        if (timeoutMs < 0) {
            throw new CommandException("ERR timeout is negative");
        }
        Client client = call.client();
        Progress progress = progress(client);
        int reached = progress.replicas();
        if (reached >= replicas || client.isInTransaction()) {
            call.reply().integer(reached);
            return;
        }
        client.connection().suspend();
        Waiter waiter = new Waiter(client, progress, replicas);
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
