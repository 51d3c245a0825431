package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Footprint;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.persistence.DumpPayload;
import dev.rondo.server.pubsub.Broker;
import dev.rondo.server.pubsub.KeyspaceEvents;
import dev.rondo.server.pubsub.Relay;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.stats.CommandStats;
import dev.rondo.server.type.HashValue;
import dev.rondo.server.type.SetValue;
import dev.rondo.server.type.StreamValue;
import dev.rondo.server.type.StringValue;
import dev.rondo.server.type.Value;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs commands as the primary of a slot does, and replays their effects as its replica, at once but by a clock that is
 * an hour ahead. All keys bear the hash tag {@code {t}}, as in a cluster.
 */
final class PrimaryAndReplica {
    static final long NOW_MS = 1_700_000_000_000L;

    private final CommandTable table = new CommandTable(Commands.ofData(1 << 20));
    private final CommandStats stats = new CommandStats(table.size());
    final Databases primary = new Databases(1, Slot.Role.PRIMARY);
    final Databases replica = new Databases(1, Slot.Role.REPLICA);
    /** What the commands propagated, as words. */
    final List<String> effects = new ArrayList<>();

    private final Replayer replayer = new Replayer(replica, () -> table, stats);
    final Call call = callOn(primary);
    private final Call callOnReplica = callOn(replica);
    /** The primary's clock. */
    long nowMs = NOW_MS;

    private Call callOn(Databases databases) {
        return new Call(
                databases,
                (batch, atMs) -> {
                    for (int i = 0; i < batch.size(); i++) {
                        effects.add(
                                Stream.of(batch.command(i)).map(Ascii::string).collect(Collectors.joining(" ")));
                        replay(batch.slot(i), atMs, batch.command(i));
                    }
                },
                stats.newShard(),
                new SplittableRandom(1),
                new KeyspaceEvents(new Broker(Relay.NONE)),
                true);
    }

    /** A replica applies everything late: it must not matter. */
    private void replay(Slot slot, long atMs, byte[][] command) {
        replayer.apply(replica.get(0).slot(slot.index()), slot.lastVersion(), atMs + 3_600_000, command);
    }

    String run(String... words) {
        return run(call, primary, words);
    }

    /** Runs a command as the replica does for clients that sent READONLY. */
    String readFromReplica(String... words) {
        return run(callOnReplica, replica, words);
    }

    private String run(Call caller, Databases databases, String... words) {
        byte[][] arguments = Stream.of(words).map(Ascii::bytes).toArray(byte[][]::new);
        CommandSpec spec = table.named(arguments);
        ReplyWriter reply = new ReplyWriter();
        caller.begin(null, databases.get(0), reply, nowMs);
        Slot slot = databases.get(0).slotOf(Ascii.bytes("{t}"));
        if (spec.hasKeys()) {
            slot.lock();
            caller.locked(slot, slot);
        }
        caller.command(spec, arguments);
        try {
            spec.body().run(caller);
        } catch (CommandException e) {
            reply.error(e.getMessage());
        }
        caller.collectEffects();
        caller.commit();
        if (spec.hasKeys()) {
            slot.unlock();
        }
        return Ascii.string(reply.toByteArray());
    }

    /** Runs commands separated by semicolons. */
    void runAll(String commands) {
        for (String command : commands.split(";")) {
            run(command.trim().split(" "));
        }
    }

    /** What the slots have added up from change to change is what their entries take. */
    void assertMemoryIsAccountedFor() {
        assertMemoryIsAccountedFor(primary);
        assertMemoryIsAccountedFor(replica);
    }

    private static void assertMemoryIsAccountedFor(Databases databases) {
        Slot slot = databases.get(0).slotOf(Ascii.bytes("{t}"));
        long[] sum = {0};
        slot.forEach(entry -> {
            sum[0] += Footprint.of(entry);
            if (entry.value() instanceof StreamValue stream) { // whose groups are not looked at after every change
                sum[0] += stream.accountedBytes() - stream.footprintBytes();
            }
        });
        assertEquals(sum[0], slot.bytes());
        assertEquals(sum[0], databases.memory().dataBytes());
    }

    void assertSameKeys() {
        assertEquals(keys(primary), keys(replica));
    }

    private static Map<String, String> keys(Databases databases) {
        Map<String, String> keys = new TreeMap<>();
        Slot slot = databases.get(0).slotOf(Ascii.bytes("{t}"));
        slot.forEach(entry -> keys.put(Ascii.string(entry.key()), describe(entry)));
        return keys;
    }

    private static String describe(Entry entry) {
        return content(entry.value()) + " until " + entry.expireAtMs() + " version " + entry.version();
    }

    private static String content(Object value) {
        if (value instanceof HashValue hash) {
            Map<String, String> fields = new TreeMap<>();
            hash.forEach((field, content) ->
                    fields.put(Ascii.string(field), Ascii.string(content) + " until " + hash.expiryOf(field)));
            return fields.toString();
        }
        if (value instanceof SetValue set) {
            return set.members().stream().map(Ascii::string).sorted().toList().toString();
        }
        if (value instanceof StreamValue stream) { // replicas need not know when consumers were seen
            stream.groups().forEach(group -> group.consumers().forEach(consumer -> consumer.seen(0)));
        }
        return value instanceof Value collection
                ? HexFormat.of().formatHex(DumpPayload.of(collection))
                : Ascii.string(StringValue.bytes(value));
    }
}
