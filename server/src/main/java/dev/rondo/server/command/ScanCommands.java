package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.DataType;
import dev.rondo.server.type.Glob;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finding keys: KEYS, SCAN and RANDOMKEY, over the slots that this node serves as primary. */
final class ScanCommands {
    private static final int SLOT_BITS = 14;
    /** How many buckets are visited before a slot's lock is let go for a moment. */
    private static final int BUCKETS_PER_LOCK = 256;

    private ScanCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("keys", 2)
                        .flags(Flag.READONLY)
                        .acl(Category.KEYSPACE, Category.DANGEROUS)
                        .tips("request_policy:all_shards", "nondeterministic_output_order")
                        .wholeKeyspace()
                        .runs(ScanCommands::keys),
                command("scan", -2)
                        .flags(Flag.READONLY)
                        .acl(Category.KEYSPACE)
                        .tips("nondeterministic_output", "request_policy:special")
                        .wholeKeyspace()
                        .runs(ScanCommands::scan),
                command("randomkey", 1)
                        .flags(Flag.READONLY)
                        .acl(Category.KEYSPACE)
                        .tips("request_policy:all_shards", "nondeterministic_output")
                        .wholeKeyspace()
                        .runs(ScanCommands::randomKey));
    }

    private static void keys(Call call) {
        byte[] pattern = call.argument(1);
        boolean all = pattern.length == 1 && pattern[0] == '*';
        ReplyWriter reply = call.reply();
        int mark = reply.mark();
        int[] count = {0};
        call.servedSlots()
                .each(
                        call.keyspace(),
                        slot -> slot.forEach(entry -> {
                            if (!entry.isExpired(call.nowMs()) && (all || Glob.matches(pattern, entry.key()))) {
                                reply.bulk(entry.key());
                                count[0]++;
                            }
                        }));
        reply.arrayAt(mark, count[0]);
    }

    private static void randomKey(Call call) {
        while (true) {
            Slot slot = call.keyspace().randomSlot(call.random());
            if (slot == null) {
                call.reply().nullBulk();
                return;
            }
            byte[] key = call.servedSlots().in(slot, locked -> randomKey(call, locked));
            if (key != null) {
                call.reply().bulk(key);
                return;
            }
        }
    }

    /** A live key; null, and one expired key less, when chance did not find one. */
    private static byte @Nullable [] randomKey(Call call, Slot slot) {
        Entry entry = slot.random(call.random());
        return entry == null || call.peek(slot, entry.key()) == null ? null : entry.key();
    }

    // ---- SCAN ----

    private static boolean wants(ScanOptions scan, Entry entry, long nowMs) {
        return !entry.isExpired(nowMs)
                && scan.matches(entry.key())
                && (scan.type() == null
                        || DataType.of(entry.value()).redisName().equalsIgnoreCase(scan.type()));
    }

    private static void scan(Call call) {
        long from = ScanOptions.cursor(call.argument(1));
        ScanOptions scan = ScanOptions.ofScan(call.arguments());
        List<byte[]> keys = new ArrayList<>();
        long next = scan(call, from, scan, keys);
        ReplyWriter reply = call.reply();
        reply.array(2);
        reply.bulkLong(next);
        reply.array(keys.size());
        keys.forEach(reply::bulk);
    }

    /**
     * Collects keys from a cursor on and returns the cursor to go on with, 0 at the end. A cursor is the slot in its
     * low {@value #SLOT_BITS} bits and, above them, the cursor in the slot's table.
     */
    private static long scan(Call call, long from, ScanOptions scan, List<byte[]> keys) {
        Keyspace keyspace = call.keyspace();
        long bucketsLeft = scan.buckets();
        int index = (int) from & KeySlot.SLOTS - 1;
        long within = from >>> SLOT_BITS;
        while (true) {
            if (within == 0) { // the start of a slot: empty ones are not worth a cursor
                while (index < KeySlot.SLOTS && isEmpty(keyspace.slot(index))) {
                    index++;
                }
            }
            if (index == KeySlot.SLOTS) {
                return 0;
            }
            if (bucketsLeft <= 0 || keys.size() >= scan.count()) {
                return within << SLOT_BITS | index;
            }
            long buckets = Math.min(bucketsLeft, BUCKETS_PER_LOCK);
            bucketsLeft -= buckets;
            within = scanSome(call, scan, keyspace.slot(index), within, buckets, keys);
            if (within == 0) {
                index++;
            }
        }
    }

    private static boolean isEmpty(Slot slot) {
        return slot.size() == 0 || !slot.isPrimary() && slot.role() != Slot.Role.PARKED;
    }

    private static long scanSome(Call call, ScanOptions scan, Slot slot, long from, long buckets, List<byte[]> keys) {
        Long next = call.servedSlots().in(slot, locked -> {
            long cursor = from;
            long left = buckets;
            do {
                cursor = locked.scan(cursor, entry -> {
                    if (wants(scan, entry, call.nowMs())) {
                        keys.add(entry.key());
                    }
                });
            } while (cursor != 0 && --left > 0 && keys.size() < scan.count());
            return cursor;
        });
        return next == null ? 0 : next;
    }
}
