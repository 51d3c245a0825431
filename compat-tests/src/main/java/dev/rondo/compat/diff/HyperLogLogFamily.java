package dev.rondo.compat.diff;

import static dev.rondo.compat.diff.Args.drawn;
import static dev.rondo.compat.diff.Args.key;
import static dev.rondo.compat.diff.Args.oneWordOf;
import static dev.rondo.compat.diff.Args.optionally;
import static dev.rondo.compat.diff.Args.repeated;
import static dev.rondo.compat.diff.Args.ttlSeconds;
import static dev.rondo.compat.diff.Args.value;
import static dev.rondo.compat.diff.Args.word;

/**
 * HyperLogLogs for the differential tester: sparse and dense ones, and such as somebody has written over. GET compares
 * the strings byte by byte.
 */
final class HyperLogLogFamily {
    private static final String HEADER = "HYLL\1\0\0\0\0\0\0\0\0\0\0";

    private HyperLogLogFamily() {}

    static CommandFamily hyperLogLogs() {
        return CommandFamily.named("hyperloglog")
                .command(20, "PFADD", key(), repeated(0, 6, element()))
                .command(6, "PFADD", key(), repeated(20, 120, element()))
                .command(2, "PFADD", key(), repeated(300, 900, element()))
                .command(14, "PFCOUNT", key())
                .command(6, "PFCOUNT", repeated(1, 4, key()))
                .command(7, "PFMERGE", repeated(1, 4, key()))
                .command(8, "GET", key())
                .command(4, "PFDEBUG", oneWordOf("ENCODING", "DECODE", "DECODE", "TODENSE", "junk"), key())
                .command(1, "PFDEBUG", word("GETREG"), key())
                .command(3, "OBJECT ENCODING", key())
                .command(2, "STRLEN", key())
                .command(1, "APPEND", key(), drawn(HyperLogLogFamily::run))
                .command(2, "SETRANGE", key(), drawn(HyperLogLogFamily::placeInHeader), drawn(draw -> draw.bytes(1)))
                .command(1, "SET", key(), value())
                .command(2, "SET", key(), drawn(HyperLogLogFamily::handmade))
                .command(1, "EXPIRE", key(), ttlSeconds())
                .command(3, "COPY", key(), key(), optionally(70, word("REPLACE")))
                .command(7, "DEL", repeated(1, 3, key()))
                .command(1, "SADD", key(), value())
                .unspoiled(2, ReplyRule.SAME_FIELDS, "HELLO", oneWordOf("2", "3"));
    }

    private static Arg element() {
        return drawn(draw -> draw.percent(90) ? "e" + draw.below(100_000) : Args.drawValue(draw));
    }

    private static String placeInHeader(Draw draw) {
        return Integer.toString(draw.below(HEADER.length() + 1));
    }

    /** A run of registers: never half of one, behind which redis-server writes over what is not the string's. */
    private static String run(Draw draw) {
        return switch (draw.below(3)) {
            case 0 -> Character.toString((char) draw.below(64));
            case 1 -> Character.toString((char) draw.between(64, 127)) + draw.bytes(1);
            default -> Character.toString((char) draw.between(128, 255));
        };
    }

    /** A sparse string of any runs; often of the wrong number of registers. */
    private static String handmade(Draw draw) {
        StringBuilder bytes = new StringBuilder(HEADER).append(draw.oneOf("\0", "\u0080"));
        switch (draw.below(4)) {
            case 0 -> bytes.append("?".repeat(draw.between(250, 256))); // 64 registers each
            case 1 ->
                bytes.append(
                        Character.toString((char) (draw.between(128, 255) | 3)).repeat(4096)); // 4 each
            case 2 -> bytes.append('\u007f').append((char) draw.between(200, 255));
            default -> {} // nothing but single runs
        }
        for (int i = draw.below(8); i > 0; i--) {
            bytes.append(run(draw));
        }
        return bytes.toString();
    }
}
