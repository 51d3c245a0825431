package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.net.Connection;
import dev.rondo.server.persistence.DumpPayload;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * MIGRATE: keys go to another server. The command runs twice. First it takes down what the keys hold, and its client is
 * suspended while a thread of its own sends that ({@link Migration}); nothing is locked meanwhile. Then the request
 * goes through all gates again, and removes the keys that the target has taken, each if nobody has written to it since.
 * A key that was written to stays, with what was written, and the client is told.
 */
final class MigrateCommand {
    private static final int MOST_AT_ONCE = 8;
    private static final int MOST_WAITING = 256;
    private static final int IDLE_SECONDS = 10;

    private final NodeParts parts;
    private final ThreadPoolExecutor senders = new ThreadPoolExecutor(
            MOST_AT_ONCE,
            MOST_AT_ONCE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            MigrateCommand::newSender);

    MigrateCommand(NodeParts parts) {
        this.parts = parts;
        senders.allowCoreThreadTimeOut(true);
    }

    private static Thread newSender(Runnable task) {
        Thread thread = new Thread(task, "migrate");
        thread.setDaemon(true);
        return thread;
    }

    List<CommandSpec> commands() {
        return List.of(command("migrate", -6)
                .flags(Flag.WRITE, Flag.MOVABLEKEYS)
                .acl(Category.KEYSPACE, Category.DANGEROUS)
                .keys(3, 3, 1, "RW", "access", "delete")
                .keysBehind("KEYS", -2, "RW", "access", "delete", "incomplete")
                .keyFinder(MigrateOptions::keys)
                .tips("nondeterministic_output")
                .runs(this::migrate));
    }

    private void migrate(Call call) {
        Client client = call.client();
        Migration sent = client.migration();
        client.migration(null);
        if (sent != null && sent.isOf(call.arguments())) {
            finish(call, sent);
        } else {
            begin(call, client);
        }
    }

    // ---- before ----

    private void begin(Call call, Client client) {
        MigrateOptions options = MigrateOptions.parse(call);
        List<Migration.Item> items = items(call, options.keys());
        if (items.isEmpty()) {
            call.reply().simple("NOKEY");
            return;
        }
        if (!call.mayWait()) {
            throw new CommandException("ERR MIGRATE waits for another server, which a transaction or script can't");
        }
        Migration migration = new Migration(
                call.arguments(),
                options,
                items,
                call.isCluster(),
                parts.node().get().clock());
        Connection connection = client.connection();
        try {
            byte[][] request = call.arguments();
            senders.execute(() -> {
                migration.run();
                connection.retry(request);
            });
        } catch (RejectedExecutionException e) {
            throw new CommandException("ERR Too many clients migrate keys at this moment");
        }
        client.migration(migration);
        connection.suspend();
    }

    private static List<Migration.Item> items(Call call, byte[][] keys) {
        List<Migration.Item> items = new ArrayList<>();
        Set<ByteBuffer> seen = new HashSet<>();
        for (byte[] key : keys) {
            Entry entry = call.read(key);
            if (entry != null && seen.add(ByteBuffer.wrap(key))) {
                byte[] payload = DumpPayload.of(entry.value());
                Migration.Origin origin = new Migration.Origin(entry, entry.version(), entry.expireAtMs());
                items.add(new Migration.Item(origin, payload));
            }
        }
        return items;
    }

    // ---- after ----

    private static void finish(Call call, Migration sent) {
        int kept = sent.options().copy() ? 0 : remove(call, sent.taken());
        if (sent.error() != null) {
            throw new CommandException(sent.error());
        }
        if (kept > 0) {
            throw new CommandException(
                    "ERR " + kept + " of the keys were written to while they were sent. What they hold"
                            + " now is here, what they held before is there: repeat MIGRATE with REPLACE");
        }
        call.reply().ok();
    }

    /** Removes keys that nobody has written to since they were sent, and returns how many somebody has. */
    private static int remove(Call call, List<Migration.Origin> sent) {
        List<byte[]> effect = new ArrayList<>(List.of(ExpiryCommands.DEL));
        int kept = 0;
        for (Migration.Origin each : sent) {
            Entry present = call.peek(each.key());
            if (present == each.entry() && present.version() == each.version()) {
                call.delete(each.key());
                effect.add(each.key());
            } else if (present != null || !isOver(call, each)) {
                kept++;
            }
        }
        if (effect.size() > 1) {
            call.propagate(effect.toArray(new byte[0][]));
        }
        return kept;
    }

    private static boolean isOver(Call call, Migration.Origin each) {
        return each.expireAtMs() != Entry.NO_EXPIRY && call.isPast(each.expireAtMs());
    }
}
