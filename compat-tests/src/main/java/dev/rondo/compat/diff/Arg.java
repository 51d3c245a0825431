package dev.rondo.compat.diff;

import java.util.List;

/** Draws some arguments of a command, none or many, and adds them behind those there are. */
@FunctionalInterface
interface Arg {
    void addTo(List<String> args, Draw draw);
}
