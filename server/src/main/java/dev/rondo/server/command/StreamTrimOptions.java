package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamTrim;
import dev.rondo.server.type.StreamValue;
import org.jspecify.annotations.Nullable;

/**
 * The options of XADD and XTRIM, and the id that XADD asks for. Immutable.
 *
 * @param trim null where nothing is to be trimmed
 * @param thresholdAt where the number of entries or the id to trim to stands
 * @param mayCreate whether XADD may create the stream
 * @param idAt where the id of the new entry stands
 * @param id null for one made of the time
 * @param hasSequence whether the sequence of the id was given
 */
record StreamTrimOptions(
        @Nullable StreamTrim trim,
        int thresholdAt,
        boolean mayCreate,
        int idAt,
        @Nullable StreamId id,
        boolean hasSequence) {
    private static final byte[] EQUAL = {'='};
    private static final long NODES_AT_ONCE = 100;
    private static final long LIMIT_OF_UNLIMITED_NODES = 10_000;
    private static final long MOST_AT_ONCE = 1_000_000;
    private static final String TWO_STRATEGIES =
            "ERR syntax error, MAXLEN and MINID options at the same time are not compatible";

    static StreamTrimOptions ofAdd(Call call) {
        return new Parser(call, true).parse();
    }

    static StreamTrimOptions ofTrim(Call call) {
        return new Parser(call, false).parse();
    }

    /** Goes through the arguments of one command. */
    private static final class Parser {
        private final Call call;
        private final boolean adds;
        private int at = 2;
        private boolean byLength;
        private boolean byId;
        private boolean approximately;
        private long mostEntries;
        private @Nullable StreamId minId;
        private int thresholdAt;
        private @Nullable Long limit;
        private boolean mayCreate = true;
        private @Nullable StreamId id;
        private boolean hasSequence;

        Parser(Call call, boolean adds) {
            this.call = call;
            this.adds = adds;
        }

        StreamTrimOptions parse() {
            while (at < call.count() && readOption()) {
                at++;
            }
            if (limit != null && limit != 0 && !byLength && !byId) {
                throw new CommandException(
                        "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
            }
            if (!adds && !byLength && !byId) {
                throw new CommandException("ERR syntax error, XTRIM must be called with a trimming strategy");
            }
            long effectiveLimit = effectiveLimit();
            StreamTrim trim =
                    byLength || byId ? new StreamTrim(mostEntries, minId, approximately, effectiveLimit) : null;
            return new StreamTrimOptions(trim, thresholdAt, mayCreate, at, id, hasSequence);
        }

        /** Reads an option, or the id, which ends them: then it returns false. */
        private boolean readOption() {
            byte[] word = call.argument(at);
            boolean more = at + 1 < call.count();
            if (adds && word.length == 1 && word[0] == '*') {
                return false;
            }
            if (more && Arguments.is(word, "maxlen")) {
                readThreshold();
                mostEntries = notNegative("MAXLEN");
                byLength = true;
            } else if (more && Arguments.is(word, "minid")) {
                readThreshold();
                minId = StreamIds.toId(call.argument(at));
                byId = true;
            } else if (more && Arguments.is(word, "limit")) {
                at++;
                limit = notNegative("LIMIT");
            } else if (adds && Arguments.is(word, "nomkstream")) {
                mayCreate = false;
            } else if (adds) {
                readId(word);
                return false;
            } else {
                throw CommandException.syntax();
            }
            return true;
        }

        private void readThreshold() {
            if (byLength || byId) {
                throw new CommandException(TWO_STRATEGIES);
            }
            at++;
            boolean hasOperator = at + 1 < call.count() && call.argument(at).length == 1;
            approximately = hasOperator && call.argument(at)[0] == '~';
            if (approximately || hasOperator && call.argument(at)[0] == '=') {
                at++;
            }
            thresholdAt = at;
        }

        private long notNegative(String option) {
            long number = call.longArgument(at);
            if (number < 0) {
                throw new CommandException("ERR The " + option + " argument must be >= 0.");
            }
            return number;
        }

        private void readId(byte[] word) {
            String text = Ascii.cString(word);
            hasSequence = !text.endsWith("-*") || text.indexOf('-') != text.length() - 2;
            id = StreamIds.toId(hasSequence ? word : Ascii.bytes(text.substring(0, text.length() - 2)));
        }

        /** What replays is exact, whatever the limit was. */
        private long effectiveLimit() {
            if (call.isApplying()) {
                return 0;
            }
            if (limit != null) {
                if (!approximately) {
                    throw new CommandException("ERR syntax error, LIMIT cannot be used without the special ~ option");
                }
                return limit;
            }
            if (!approximately) {
                return 0;
            }
            long nodeEntries = Math.min(MOST_AT_ONCE, call.limits().streamNodeEntries());
            return nodeEntries == 0 ? LIMIT_OF_UNLIMITED_NODES : Math.min(MOST_AT_ONCE, NODES_AT_ONCE * nodeEntries);
        }
    }

    /** Whether the command says exactly what goes. */
    boolean isExact() {
        return trim == null || !trim.wholeNodes();
    }

    /** Has a copy of the command name what is left of the stream: replicas may have cut their nodes elsewhere. */
    void resolve(byte[][] effect, StreamValue trimmed) {
        if (trim != null && trim.wholeNodes()) {
            effect[thresholdAt - 1] = EQUAL;
            effect[thresholdAt] = trim.minId() == null
                    ? Ascii.decimal(trimmed.size())
                    : trimmed.firstHeldId().toBytes();
        }
    }
}
