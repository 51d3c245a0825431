package dev.rondo.server.command;

import dev.rondo.server.commit.CommitPath;
import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.pubsub.Broker;
import dev.rondo.server.pubsub.KeyspaceEvents;
import dev.rondo.server.pubsub.Relay;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.stats.CommandStats;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies effects that a primary produced, by running them as commands without a client, gates or new effects.
 * Thread-safe: each thread has a call of its own; the caller holds the slot's lock.
 */
public final class Replayer {
    private static final Logger log = LoggerFactory.getLogger(Replayer.class);
    private static final CommitPath NO_COMMIT = (effects, nowMs) -> {
        throw new IllegalStateException("a replayed effect had effects");
    };

    private final Supplier<CommandTable> table;
    private final ThreadLocal<Call> calls;
    private final ThreadLocal<ReplyWriter> replies = ThreadLocal.withInitial(() -> new ReplyWriter(1024));

    public Replayer(Databases databases, Supplier<CommandTable> table, CommandStats stats) {
        KeyspaceEvents noEvents = new KeyspaceEvents(new Broker(Relay.NONE));
        this.table = table;
        this.calls = ThreadLocal.withInitial(
                () -> new Call(databases, NO_COMMIT, stats.newShard(), new SplittableRandom(), noEvents));
    }

    /**
     * Runs one command on a locked slot.
     *
     * @param version what the keys it writes bear
     * @param nowMs the time at which the primary ran it
     */
    public void apply(Slot slot, long version, long nowMs, byte[][] command) {
        CommandSpec spec = table.get().named(command);
        if (spec == null) {
            throw new IllegalArgumentException("unknown effect " + Ascii.string(command[0]));
        }
        ReplyWriter reply = replies.get();
        reply.reset();
        Call call = calls.get();
        call.beginApplying(slot, version, reply, nowMs);
        call.command(spec, command);
        try {
            spec.body().run(call);
        } catch (CommandException e) {
            // Expected only while the slot is being copied: the key's state is still to come.
            if (slot.isInSync()) {
                log.error("Slot {}: effect {} failed: {}", slot.index(), spec.fullName(), e.getMessage());
            }
        }
    }
}
