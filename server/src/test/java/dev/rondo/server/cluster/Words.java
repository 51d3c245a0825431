package dev.rondo.server.cluster;

import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.Effects;
import dev.rondo.server.commit.Unconfirmed;
import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.StringValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A small language of effects for simulations: they depend on what is there, so that a lost or doubled one shows. */
final class Words {
    private static final int KEYS = 12;

    private Words() {}

    static byte[][] keysOf(byte[][] command) {
        return switch (name(command)) {
            case "SET", "APPEND", "EXPIRE" -> new byte[][] {command[1]};
            case "RENAME" -> new byte[][] {command[1], command[2]};
            case "DEL" -> Arrays.copyOfRange(command, 1, command.length);
            default -> new byte[][] {};
        };
    }

    /** What a command is to be told to copies as: a deletion of the keys that are there; null when it does nothing. */
    static byte @Nullable [][] effect(Slot slot, byte[][] command) {
        if (!name(command).equals("DEL")) {
            return command;
        }
        List<byte[]> effect = new ArrayList<>(List.of(command[0]));
        for (int i = 1; i < command.length; i++) {
            byte[] key = command[i];
            if (slot.find(key) != null && effect.stream().noneMatch(other -> Arrays.equals(other, key))) {
                effect.add(key);
            }
        }
        return effect.size() == 1 ? null : effect.toArray(new byte[0][]);
    }

    /** Runs a command, whose effect it is itself, and commits it. */
    static Unconfirmed commit(CommitLedger ledger, Slot slot, long nowMs, byte[]... command) {
        slot.lock();
        try {
            run(slot, slot.nextVersion(nowMs), command);
            Effects effects = new Effects();
            effects.add(slot, command);
            ledger.commit(effects, nowMs);
            return ledger.take();
        } finally {
            slot.unlock();
        }
    }

    static void run(Slot slot, long version, byte[][] command) {
        switch (name(command)) {
            case "SET" -> set(slot, version, command[1], command[2]);
            case "APPEND" -> {
                Entry entry = slot.find(command[1]);
                String old = entry == null ? "" : text(entry);
                long expiry = entry == null ? Entry.NO_EXPIRY : entry.expireAtMs();
                Entry changed = set(slot, version, command[1], Ascii.bytes(old + Ascii.string(command[2])));
                slot.setExpiry(changed, expiry);
            }
            case "EXPIRE" -> {
                Entry entry = slot.find(command[1]);
                if (entry != null) {
                    slot.setExpiry(entry, Ascii.toLong(command[2]));
                    slot.setVersion(entry, version);
                    slot.touched(command[1]);
                }
            }
            case "RENAME" -> {
                Entry source = slot.find(command[1]);
                if (source != null) {
                    slot.remove(command[1], version);
                    slot.touched(command[1]);
                    Entry target = set(slot, version, command[2], Ascii.bytes(text(source)));
                    slot.setExpiry(target, source.expireAtMs());
                }
            }
            case "DEL" -> {
                for (int i = 1; i < command.length; i++) {
                    boolean copy = !slot.isPrimary(); // it may be missing because the copy is not complete yet
                    if (copy || slot.find(command[i]) != null) {
                        slot.remove(command[i], version);
                        slot.touched(command[i]);
                    }
                }
            }
            case "FLUSH" -> slot.flush(version, false);
            default -> throw new IllegalArgumentException(name(command));
        }
    }

    private static Entry set(Slot slot, long version, byte[] key, byte[] value) {
        Entry entry = slot.find(key);
        if (entry == null) {
            entry = slot.add(key, value);
        } else {
            slot.setValue(entry, value);
        }
        slot.setExpiry(entry, Entry.NO_EXPIRY);
        slot.setVersion(entry, version);
        slot.touched(key);
        return entry;
    }

    private static String name(byte[][] command) {
        return Ascii.string(command[0]);
    }

    private static String text(Entry entry) {
        return Ascii.string(StringValue.bytes(entry.value()));
    }

    /** A transaction of one to three random commands. */
    static List<byte[][]> draw(Random random, int unique) {
        List<byte[][]> commands = new ArrayList<>();
        int count = random.nextInt(4) == 0 ? 2 + random.nextInt(2) : 1;
        for (int i = 0; i < count; i++) {
            commands.add(drawOne(random, unique));
        }
        return commands;
    }

    private static byte[][] drawOne(Random random, int unique) {
        String key = key(random);
        return switch (random.nextInt(12)) {
            case 0 -> command("RENAME", key, key(random));
            case 1 -> command("DEL", key);
            case 2 -> command("DEL", key, key(random), key(random));
            case 3 -> random.nextInt(8) == 0 ? command("FLUSH") : command("EXPIRE", key, "" + (1L << 40) + unique);
            case 4, 5, 6 -> command("SET", key, "v" + unique + "x".repeat(random.nextInt(60)));
            default -> command("APPEND", key, "," + unique);
        };
    }

    private static String key(Random random) {
        return "key" + random.nextInt(KEYS);
    }

    private static byte[][] command(String... words) {
        byte[][] command = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            command[i] = Ascii.bytes(words[i]);
        }
        return command;
    }

    /** Everything in a locked slot, comparable. */
    static Map<String, String> contents(Slot slot) {
        Map<String, String> contents = new TreeMap<>();
        slot.forEach(entry -> contents.put(
                Ascii.string(entry.key()), text(entry) + " until " + entry.expireAtMs() + " of " + entry.version()));
        return contents;
    }
}
