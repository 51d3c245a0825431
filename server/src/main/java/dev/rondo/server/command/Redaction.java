package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import java.util.Locale;
import java.util.Set;

/** Hides the secrets among the arguments of a command from those who watch commands. Pure functions. */
final class Redaction {
    private static final byte[] REDACTED = Ascii.bytes("(redacted)");
    private static final Set<String> SECRET_DIRECTIVES =
            Set.of("requirepass", "masterauth", "masteruser", "cluster-secret", "tls-key-file-pass");

    private Redaction() {}

    /** The arguments, in a new array if some are hidden. */
    static byte[][] of(CommandSpec spec, byte[][] arguments) {
        return switch (spec.fullName()) {
            case "auth" -> arguments.length > 3 ? arguments : hide(arguments, 1, arguments.length);
            case "hello", "migrate" -> hideBehindAuth(arguments);
            case "acl|setuser", "acl|deluser", "acl|getuser" -> hide(arguments, 2, arguments.length);
            case "config|set" -> hideDirectives(arguments);
            default -> arguments;
        };
    }

    private static byte[][] hide(byte[][] arguments, int from, int to) {
        byte[][] hidden = arguments.clone();
        for (int i = from; i < Math.min(to, arguments.length); i++) {
            hidden[i] = REDACTED;
        }
        return hidden;
    }

    private static byte[][] hideBehindAuth(byte[][] arguments) {
        for (int i = 2; i < arguments.length; i++) {
            if (Arguments.is(arguments[i], "auth") && arguments.length - i > 1) {
                return hide(arguments, i + 1, i + (Arguments.is(arguments[0], "migrate") ? 2 : 3));
            }
            if (Arguments.is(arguments[i], "auth2")) {
                return hide(arguments, i + 1, i + 3);
            }
        }
        return arguments;
    }

    private static byte[][] hideDirectives(byte[][] arguments) {
        byte[][] hidden = arguments;
        for (int i = 2; i + 1 < arguments.length; i += 2) {
            if (SECRET_DIRECTIVES.contains(Ascii.string(arguments[i]).toLowerCase(Locale.ROOT))) {
                hidden = hide(hidden, i + 1, i + 2);
            }
        }
        return hidden;
    }
}
