package dev.rondo.compat.diff;

import java.util.List;
import java.util.stream.Stream;

/**
 * The keys that random commands use: few, so that commands meet on them, and some of them awkward. In a cluster nearly
 * all share a hash tag; the rest are in other slots and must be refused together with the tagged ones.
 */
public enum KeyNames {
    ANY_SLOT {
        @Override
        String pick(Draw draw) {
            return draw.pick(NAMES);
        }
    },
    ONE_HASH_TAG {
        @Override
        String pick(Draw draw) {
            return draw.percent(98) ? "{tag}" + draw.pick(NAMES) : draw.pick(NAMES);
        }
    };

    private static final List<String> NAMES = List.of(
            "a",
            "b",
            "c",
            "d",
            "e",
            "key:1",
            "key:2",
            "key:3",
            "longer key with spaces and {braces} in it",
            "k*",
            "k[1]",
            "\0\u00ff\r\n",
            "",
            "10");

    abstract String pick(Draw draw);

    /** Every name there is, with and without the hash tag. */
    static List<String> all() {
        return NAMES.stream().flatMap(name -> Stream.of(name, "{tag}" + name)).toList();
    }
}
