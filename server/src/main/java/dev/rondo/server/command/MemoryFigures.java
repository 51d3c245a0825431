package dev.rondo.server.command;

import dev.rondo.server.keyspace.Footprint;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.script.FunctionLibraries;

/**
 * What the memory of a node is used for, as far as maxmemory is concerned: the entries of all slots by their account,
 * and what clients and scripts take at this moment. The JVM's own needs and garbage are not in it, nor are streams to
 * other nodes, as replicas' buffers are not in Redis.
 *
 * @param data bytes of entries with their keys and values
 * @param tables the part of them that is neither key nor value
 * @param clients bytes of clients with their buffers and queued commands
 * @param scripts bytes of interpreters and of the scripts that are kept
 */
public record MemoryFigures(long data, long tables, long clients, long scripts) {
    /** A client that does nothing. */
    private static final long CLIENT_BYTES = 1024;

    /** The present figures; any thread. */
    public static MemoryFigures of(Node node) {
        return new MemoryFigures(
                node.databases().memory().dataBytes(),
                Footprint.ofEntries(node.databases().existing().stream()
                        .mapToLong(Keyspace::keysAndCopies)
                        .sum()),
                clientBytes(node),
                scriptBytes(node));
    }

    private static long scriptBytes(Node node) {
        ScriptLanes lanes = node.scripts();
        FunctionLibraries functions = lanes.functions();
        return lanes.memoryBytes() + functions.memoryBytes() + lanes.cache().bytes() + functions.codeBytes();
    }

    private static long clientBytes(Node node) {
        long sum = 0;
        for (Client client : node.clients().all()) {
            sum += CLIENT_BYTES
                    + client.connection().pendingInputBytes()
                    + client.connection().pendingOutputBytes()
                    + client.transaction().queuedBytes();
        }
        return sum;
    }

    /** To be called regularly: has the account of memory take down what no slot reports. */
    public static void measure(Node node) {
        node.databases().memory().other(clientBytes(node) + scriptBytes(node));
    }

    public long used() {
        return data + clients + scripts;
    }

    public long overhead() {
        return tables + clients + scripts;
    }

    /** What keys and values take. */
    public long dataset() {
        return data - tables;
    }
}
