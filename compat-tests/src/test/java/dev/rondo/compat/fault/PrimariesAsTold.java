package dev.rondo.compat.fault;

import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who serves each slot, {@code host:port} by slot, as a node tells it in the three ways that clients ask. Stateless.
 */
final class PrimariesAsTold {
    private PrimariesAsTold() {}

    /** CLUSTER SLOTS: first, last, primary, replicas. */
    static Map<Integer, String> bySlots(ServerProcess node) {
        Map<Integer, String> primaries = new HashMap<>();
        for (Reply range : node.ask("CLUSTER", "SLOTS").asList()) {
            List<Reply> fields = range.asList();
            List<Reply> primary = fields.get(2).asList();
            String address = primary.get(0).asText() + ":" + primary.get(1).asLong();
            note(primaries, fields.get(0).asLong(), fields.get(1).asLong(), address);
        }
        return primaries;
    }

    /** CLUSTER SHARDS: of each shard the slots, and the nodes with their roles. */
    static Map<Integer, String> byShards(ServerProcess node) {
        Map<Integer, String> primaries = new HashMap<>();
        for (Reply each : node.ask("CLUSTER", "SHARDS").asList()) {
            Map<String, Reply> shard = fields(each);
            String address = shard.get("nodes").asList().stream()
                    .map(PrimariesAsTold::fields)
                    .filter(member -> member.get("role").asText().equals("master"))
                    .map(member ->
                            member.get("ip").asText() + ":" + member.get("port").asLong())
                    .findFirst()
                    .orElseThrow();
            List<Reply> slots = shard.get("slots").asList();
            for (int i = 0; i < slots.size(); i += 2) {
                note(primaries, slots.get(i).asLong(), slots.get(i + 1).asLong(), address);
            }
        }
        return primaries;
    }

    /** CLUSTER NODES: a line for each node, with its address in second place and its slots from the ninth on. */
    static Map<Integer, String> byNodes(ServerProcess node) {
        Map<Integer, String> primaries = new HashMap<>();
        node.ask("CLUSTER", "NODES").asText().lines().forEach(line -> {
            String[] words = line.split(" ");
            String address = words[1].substring(0, words[1].indexOf('@'));
            for (int i = 8; i < words.length; i++) {
                String[] ends = words[i].split("-");
                note(primaries, Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1]), address);
            }
        });
        return primaries;
    }

    private static Map<String, Reply> fields(Reply pairs) {
        Map<String, Reply> fields = new HashMap<>();
        List<Reply> items = pairs.asList();
        for (int i = 0; i < items.size(); i += 2) {
            fields.put(items.get(i).asText(), items.get(i + 1));
        }
        return fields;
    }

    private static void note(Map<Integer, String> primaries, long first, long last, String address) {
        for (int slot = (int) first; slot <= last; slot++) {
            String before = primaries.put(slot, address);
            if (before != null) {
                throw new AssertionError("slot " + slot + " is told twice: " + before + ", " + address);
            }
        }
    }
}
