package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Escaped;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A command as sent, with the rule by which its replies are compared.
 *
 * @param args name and arguments, binary-safe: one char per byte
 */
public record Command(List<String> args, ReplyRule rule) {
    public Command {
        args = List.copyOf(args);
    }

    /** The command's name in upper case. */
    public String name() {
        return args.isEmpty() ? "" : args.get(0).toUpperCase(Locale.ROOT);
    }

    Command withArgs(List<String> other) {
        return new Command(other, rule);
    }

    /** In a form that can be pasted into redis-cli. */
    @Override
    public String toString() {
        return args.stream()
                .map(arg -> arg.matches("[!#-\\[\\]-~]+") ? arg : Escaped.quoted(arg))
                .collect(Collectors.joining(" "));
    }
}
