package dev.rondo.server.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.resp.Ascii;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The options of SET and GETEX, as the client wrote them. An option may be repeated; one that contradicts an earlier
 * one is a syntax error.
 */
final class StringOptions {
    private static final int LONGEST_OPTION = 7;
    private static final long MS_PER_SECOND = 1000;

    /** How the client gave the expiry. */
    private enum Expiry {
        NONE,
        EX,
        PX,
        EXAT,
        PXAT
    }

    private boolean onlyIfAbsent;
    private boolean onlyIfPresent;
    private boolean get;
    private boolean keepTtl;
    private boolean persist;
    private Expiry expiry = Expiry.NONE;
    private byte @Nullable [] expiryArgument;

    private StringOptions() {}

    static StringOptions ofSet(byte[][] arguments) {
        StringOptions options = new StringOptions();
        for (int i = 3; i < arguments.length; i++) {
            i = options.take(arguments, i, true);
        }
        return options;
    }

    static StringOptions ofGetEx(byte[][] arguments) {
        StringOptions options = new StringOptions();
        for (int i = 2; i < arguments.length; i++) {
            i = options.take(arguments, i, false);
        }
        return options;
    }

    /** Takes the option at {@code index} and returns the index of its last argument. */
    private int take(byte[][] arguments, int index, boolean set) {
        byte[] word = arguments[index];
        String option = word.length > LONGEST_OPTION ? "" : Ascii.string(word).toLowerCase(Locale.ROOT);
        switch (option) {
            case "nx" -> onlyIfAbsent = require(set && !onlyIfPresent);
            case "xx" -> onlyIfPresent = require(set && !onlyIfAbsent);
            case "get" -> get = require(set);
            case "keepttl" -> keepTtl = require(set && expiry == Expiry.NONE);
            case "persist" -> persist = require(!set && expiry == Expiry.NONE);
            case "ex", "px", "exat", "pxat" -> {
                Expiry form = Expiry.valueOf(option.toUpperCase(Locale.ROOT));
                require(!keepTtl && !persist && (expiry == Expiry.NONE || expiry == form));
                require(index + 1 < arguments.length);
                expiry = form;
                expiryArgument = arguments[index + 1];
                return index + 1;
            }
            default -> throw CommandException.syntax();
        }
        return index;
    }

    private static boolean require(boolean allowed) {
        if (!allowed) {
            throw CommandException.syntax();
        }
        return true;
    }

    boolean onlyIfAbsent() {
        return onlyIfAbsent;
    }

    boolean onlyIfPresent() {
        return onlyIfPresent;
    }

    boolean get() {
        return get;
    }

    boolean keepTtl() {
        return keepTtl;
    }

    boolean persist() {
        return persist;
    }

    boolean hasExpiry() {
        return expiry != Expiry.NONE;
    }

    /** Whether the client gave a time, not a duration. */
    boolean isAbsolute() {
        return expiry == Expiry.EXAT || expiry == Expiry.PXAT;
    }

    /** The expiry in Unix milliseconds, {@link Entry#NO_EXPIRY} when none was given. */
    long expireAtMs(Call call) {
        if (expiryArgument == null) {
            return Entry.NO_EXPIRY;
        }
        boolean seconds = expiry == Expiry.EX || expiry == Expiry.EXAT;
        return expireAtMs(call, Arguments.toLong(expiryArgument), seconds, isAbsolute());
    }

    /** Turns a positive time or duration into Unix milliseconds, or refuses it in the name of the command. */
    static long expireAtMs(Call call, long value, boolean seconds, boolean absolute) {
        if (value <= 0 || seconds && value > Long.MAX_VALUE / MS_PER_SECOND) {
            throw invalidExpireTime(call);
        }
        long atMs = seconds ? value * MS_PER_SECOND : value;
        atMs = absolute ? atMs : atMs + call.nowMs();
        if (atMs <= 0) {
            throw invalidExpireTime(call);
        }
        return atMs;
    }

    static CommandException invalidExpireTime(Call call) {
        return new CommandException("ERR invalid expire time in '" + call.spec().fullName() + "' command");
    }
}
