package dev.rondo.server.command;

/**
 * The options of ZADD, which precede the scores.
 *
 * @param end the index of the first argument behind them
 */
record ZaddOptions(
        boolean onlyNew,
        boolean onlyPresent,
        boolean onlyGreater,
        boolean onlyLess,
        boolean changed,
        boolean increment,
        int end) {
    /** Reads the options of a call; ZINCRBY is a ZADD with {@code increment}. */
    static ZaddOptions parse(Call call, boolean increment) {
        boolean nx = false;
        boolean xx = false;
        boolean gt = false;
        boolean lt = false;
        boolean ch = false;
        boolean incr = increment;
        int at = 2;
        for (; at < call.count(); at++) {
            byte[] word = call.argument(at);
            if (Arguments.is(word, "nx")) {
                nx = true;
            } else if (Arguments.is(word, "xx")) {
                xx = true;
            } else if (Arguments.is(word, "ch")) {
                ch = true;
            } else if (Arguments.is(word, "incr")) {
                incr = true;
            } else if (Arguments.is(word, "gt")) {
                gt = true;
            } else if (Arguments.is(word, "lt")) {
                lt = true;
            } else {
                break;
            }
        }
        ZaddOptions options = new ZaddOptions(nx, xx, gt, lt, ch, incr, at);
        options.check(call.count() - at);
        return options;
    }

    private void check(int rest) {
        if (rest == 0 || rest % 2 != 0) {
            throw CommandException.syntax();
        }
        if (onlyNew && onlyPresent) {
            throw new CommandException("ERR XX and NX options at the same time are not compatible");
        }
        if (onlyNew && (onlyGreater || onlyLess) || onlyGreater && onlyLess) {
            throw new CommandException("ERR GT, LT, and/or NX options at the same time are not compatible");
        }
        if (increment && rest > 2) {
            throw new CommandException("ERR INCR option supports a single increment-element pair");
        }
    }

    /** Whether a present score may become the new one. */
    boolean allows(double present, double score) {
        return !onlyNew && !(onlyLess && score >= present) && !(onlyGreater && score <= present);
    }
}
