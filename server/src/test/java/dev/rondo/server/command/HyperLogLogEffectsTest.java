package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.server.type.Limits;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A replica holds the bytes of its primary, whatever its directives and whoever counts. */
class HyperLogLogEffectsTest {
    private static final String CORRUPT = "-INVALIDOBJ Corrupted HLL object detected\r\n";

    private final PrimaryAndReplica nodes = new PrimaryAndReplica();

    private static Limits limits(long sparseBytes) {
        return new Limits(512, 64, 512, 128, 64, 128, 64, -2, 4096, 100, sparseBytes);
    }

    @Test
    void aStringBecomesDenseWhereThePrimarySaysSo() {
        nodes.replica.limits(limits(10_000));
        nodes.primary.limits(limits(40));
        nodes.run("PFADD", "{t}p", "a", "b", "c", "d", "e", "f", "g");
        nodes.effects.clear();
        assertEquals(":1\r\n", nodes.run("PFADD", "{t}p", "h", "i"));
        assertEquals(List.of("PFADD {t}p h i", "PFDEBUG TODENSE {t}p"), nodes.effects);
        assertEquals("+dense\r\n", nodes.run("PFDEBUG", "ENCODING", "{t}p"));
        nodes.assertSameKeys();
    }

    @Test
    void aStringStaysSparseWhereThePrimarySaysSo() {
        nodes.primary.limits(limits(10_000));
        nodes.replica.limits(limits(40));
        nodes.run("PFADD", "{t}q", "a", "b", "c", "d", "e", "f", "g", "h", "i");
        assertEquals("+sparse\r\n", nodes.run("PFDEBUG", "ENCODING", "{t}q"));
        nodes.assertSameKeys();
        nodes.primary.limits(limits(40));
        nodes.effects.clear();
        assertEquals("+OK\r\n", nodes.run("PFMERGE", "{t}r", "{t}q"));
        assertEquals(List.of("PFMERGE {t}r {t}q", "PFDEBUG TODENSE {t}r"), nodes.effects);
        nodes.assertSameKeys();
    }

    @Test
    void theEstimateIsRememberedEverywhere() {
        nodes.run("PFADD", "{t}p", "a", "b");
        nodes.effects.clear();
        assertEquals(":2\r\n", nodes.run("PFCOUNT", "{t}p"));
        assertEquals(":2\r\n", nodes.run("PFCOUNT", "{t}p"));
        assertEquals(List.of("PFCOUNT {t}p"), nodes.effects);
        nodes.assertSameKeys();
    }

    @Test
    void countingOnAReplicaChangesNothing() {
        nodes.run("PFADD", "{t}p", "a", "b");
        nodes.effects.clear();
        assertEquals(":2\r\n", nodes.readFromReplica("PFCOUNT", "{t}p"));
        assertEquals(":2\r\n", nodes.readFromReplica("PFCOUNT", "{t}p", "{t}q"));
        assertEquals(List.of(), nodes.effects);
        nodes.assertSameKeys();
    }

    @Test
    void whatWasAddedBeforeTheFirstMissingRegisterIsAddedEverywhere() {
        String header = "HYLL\1" + "\0".repeat(10) + "\u0080";
        nodes.run("SET", "{t}p", header + "P\0"); // 4097 registers: e17 has one of them, a has none
        nodes.effects.clear();
        assertEquals(CORRUPT, nodes.run("PFADD", "{t}p", "e17", "a", "e17"));
        assertEquals(List.of("PFADD {t}p e17"), nodes.effects);
        assertEquals(CORRUPT, nodes.run("PFADD", "{t}p", "a"));
        assertEquals(CORRUPT, nodes.run("PFCOUNT", "{t}p"));
        assertEquals(1, nodes.effects.size());
        nodes.assertSameKeys();
    }
}
