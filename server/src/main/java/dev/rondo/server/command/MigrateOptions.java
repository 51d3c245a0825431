package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What MIGRATE is asked for. Immutable.
 *
 * @param port 0 where the argument is no port
 * @param database the number of the database there
 * @param timeoutMs how long nothing may be heard from the target
 * @param copy whether the keys stay here too
 * @param replace whether keys of the same names there are replaced
 * @param username to log in with, along with a password
 * @param password to log in with; null to do without
 * @param keys what to send
 */
record MigrateOptions(
        String host,
        int port,
        long database,
        int timeoutMs,
        boolean copy,
        boolean replace,
        byte @Nullable [] username,
        byte @Nullable [] password,
        byte[][] keys) {
    private static final int KEY = 3;
    private static final int FIRST = 6;
    private static final int DEFAULT_TIMEOUT_MS = 1000;
    private static final int MOST_PORT = 65_535;

    static MigrateOptions parse(Call call) {
        boolean copy = false;
        boolean replace = false;
        byte[] username = null;
        byte[] password = null;
        for (int i = FIRST; i < call.count(); i++) {
            byte[] option = call.argument(i);
            int following = call.count() - i - 1;
            if (Arguments.is(option, "copy")) {
                copy = true;
            } else if (Arguments.is(option, "replace")) {
                replace = true;
            } else if (Arguments.is(option, "auth") && following >= 1) {
                password = call.argument(++i);
            } else if (Arguments.is(option, "auth2") && following >= 2) {
                username = call.argument(++i);
                password = call.argument(++i);
            } else if (Arguments.is(option, "keys")) {
                if (call.argument(KEY).length != 0) {
                    throw new CommandException("ERR When using MIGRATE KEYS option, the key argument must be set to the"
                            + " empty string");
                }
                break;
            } else {
                throw CommandException.syntax();
            }
        }
        long timeoutMs = call.longArgument(5);
        long database = call.longArgument(4);
        return new MigrateOptions(
                Ascii.cString(call.argument(1)),
                port(call.argument(2)),
                database,
                timeoutMs <= 0 ? DEFAULT_TIMEOUT_MS : (int) Math.min(Integer.MAX_VALUE, timeoutMs),
                copy,
                replace,
                username,
                password,
                keys(call.arguments()));
    }

    private static int port(byte[] text) {
        Long port = Arguments.longOrNull(text);
        return port == null || port < 0 || port > MOST_PORT ? 0 : (int) (long) port;
    }

    /** The one key, or, where that is empty, those behind the word KEYS. */
    static byte[][] keys(byte[][] arguments) {
        byte[][] one = {arguments[KEY]};
        for (int i = FIRST; i < arguments.length; i++) {
            if (Arguments.is(arguments[i], "keys")) {
                return one[0].length > 0 ? one : Arrays.copyOfRange(arguments, i + 1, arguments.length);
            }
            if (Arguments.is(arguments[i], "auth")) {
                i++;
            } else if (Arguments.is(arguments[i], "auth2")) {
                i += 2;
            }
        }
        return one;
    }
}
