package dev.rondo.server.command;

import dev.rondo.server.resp.ReplyWriter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * One command as COMMAND INFO shows it: ten elements.
 *
 * @see <a href="https://redis.io/docs/latest/commands/command/">the reply of COMMAND</a>
 */
final class CommandEntry {
    /** The positions of the first and last key and the step between keys, in the form that precedes key specs. */
    private record LegacyRange(int first, int last, int step) {
        private static final LegacyRange NONE = new LegacyRange(0, 0, 0);

        /** Consecutive ranges of single steps are joined; what can't be said in three numbers is left out. */
        static LegacyRange of(List<KeySpec> specs) {
            if (specs.size() == 1 && specs.get(0).isRange()) {
                KeySpec spec = specs.get(0);
                return new LegacyRange(spec.first(), spec.last(), spec.step());
            }
            int first = 0;
            int last = 0;
            for (KeySpec spec : specs) {
                boolean follows = last == 0 || spec.first() == last + 1;
                if (spec.isRange() && spec.step() == 1 && follows) {
                    first = first == 0 ? spec.first() : first;
                    last = spec.last();
                }
            }
            return first == 0 ? NONE : new LegacyRange(first, last, 1);
        }
    }

    private CommandEntry() {}

    static void write(ReplyWriter reply, CommandSpec spec) {
        LegacyRange keys = LegacyRange.of(spec.keySpecs());
        reply.array(10);
        reply.bulk(spec.fullName());
        reply.integer(spec.arity());
        words(reply, flagNames(spec));
        reply.integer(keys.first());
        reply.integer(keys.last());
        reply.integer(keys.step());
        words(reply, spec.categories().stream().map(c -> "@" + c.redisName()).toList());
        reply.set(spec.tips().size());
        spec.tips().forEach(reply::bulk);
        reply.set(spec.keySpecs().size());
        spec.keySpecs().forEach(each -> keySpec(reply, each));
        Collection<CommandSpec> subcommands = spec.subcommands().values();
        if (subcommands.isEmpty()) {
            reply.set(0);
        } else {
            reply.array(subcommands.size());
            subcommands.forEach(sub -> write(reply, sub));
        }
    }

    private static List<String> flagNames(CommandSpec spec) {
        return spec.flags().stream()
                .filter(flag -> !flag.isHidden())
                .map(Flag::redisName)
                .toList();
    }

    /** A set of status replies. */
    private static void words(ReplyWriter reply, List<String> words) {
        reply.set(words.size());
        words.forEach(reply::simple);
    }

    /** What a command does with a key: the access in capitals, the rest in small letters. */
    static void keyFlags(ReplyWriter reply, List<String> flags) {
        words(
                reply,
                flags.stream()
                        .map(flag -> flag.length() == 2 ? flag : flag.toLowerCase(Locale.ROOT))
                        .toList());
    }

    private static void keySpec(ReplyWriter reply, KeySpec spec) {
        reply.map(3);
        reply.bulk("flags");
        keyFlags(reply, spec.flags());
        reply.bulk("begin_search");
        reply.map(2);
        String keyword = spec.keyword();
        if (spec.isUnknown()) {
            type(reply, "unknown");
            reply.map(0);
        } else if (keyword != null) {
            type(reply, "keyword");
            reply.map(2);
            reply.bulk("keyword");
            reply.bulk(keyword);
            field(reply, "startfrom", spec.first());
        } else {
            type(reply, "index");
            reply.map(1);
            field(reply, "index", spec.isRange() ? spec.first() : spec.countAt());
        }
        reply.bulk("find_keys");
        reply.map(2);
        if (spec.isUnknown()) {
            type(reply, "unknown");
            reply.map(0);
        } else if (spec.countAt() == KeySpec.NO_COUNT) {
            type(reply, "range");
            reply.map(3);
            boolean fromTheEnd = spec.last() < 0;
            field(reply, "lastkey", fromTheEnd || keyword != null ? spec.last() : spec.last() - spec.first());
            field(reply, "keystep", spec.step());
            field(reply, "limit", spec.limit());
        } else {
            type(reply, "keynum");
            reply.map(3);
            field(reply, "keynumidx", 0);
            field(reply, "firstkey", spec.first() - spec.countAt());
            field(reply, "keystep", spec.step());
        }
    }

    private static void type(ReplyWriter reply, String name) {
        reply.bulk("type");
        reply.bulk(name);
        reply.bulk("spec");
    }

    private static void field(ReplyWriter reply, String name, int value) {
        reply.bulk(name);
        reply.integer(value);
    }
}
