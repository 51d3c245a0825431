package dev.rondo.compat.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A named group of commands and how to draw each: one line per command, with its weight among the others. A small part
 * of the drawn commands is then spoiled (arguments missing, repeated, added), so that every error reply is met too.
 */
public final class CommandFamily {
    private static final int SPOILED_PERCENT = 3;

    private final String name;
    private final NavigableMap<Integer, Shape> shapesByUpperWeight = new TreeMap<>();
    private int totalWeight;

    private record Shape(List<Arg> parts, ReplyRule rule, boolean mayBeSpoiled) {}

    private CommandFamily(String name) {
        this.name = name;
    }

    static CommandFamily named(String name) {
        return new CommandFamily(name);
    }

    /** A command whose replies must be equal. The name may hold a subcommand ("CLIENT SETNAME"). */
    CommandFamily command(int weight, String command, Arg... args) {
        return command(weight, ReplyRule.EXACT, command, args);
    }

    CommandFamily command(int weight, ReplyRule rule, String command, Arg... args) {
        return add(weight, rule, true, command, args);
    }

    /** A command that is never spoiled, because a spoiled one would do something else than an error. */
    CommandFamily unspoiled(int weight, ReplyRule rule, String command, Arg... args) {
        return add(weight, rule, false, command, args);
    }

    public String name() {
        return name;
    }

    Command draw(Draw draw) {
        Shape shape = shapesByUpperWeight.higherEntry(draw.below(totalWeight)).getValue();
        List<String> args = new ArrayList<>();
        shape.parts.forEach(part -> part.addTo(args, draw));
        if (shape.mayBeSpoiled && draw.percent(SPOILED_PERCENT)) {
            spoil(args, draw);
        }
        return new Command(args, shape.rule);
    }

    private CommandFamily add(int weight, ReplyRule rule, boolean mayBeSpoiled, String command, Arg... args) {
        List<Arg> parts = new ArrayList<>();
        for (String word : command.split(" ", -1)) {
            parts.add(Args.word(word));
        }
        parts.addAll(List.of(args));
        totalWeight += weight;
        shapesByUpperWeight.put(totalWeight, new Shape(parts, rule, mayBeSpoiled));
        return this;
    }

    private static void spoil(List<String> args, Draw draw) {
        int at = draw.below(args.size());
        switch (draw.below(5)) {
            case 0 -> args.subList(Math.max(1, at), args.size()).clear();
            case 1 -> args.add(Args.drawValue(draw));
            case 2 -> args.add(draw.key());
            case 3 -> args.add(args.get(at));
            default -> args.add(Math.max(1, at), draw.oneOf("nx", "GET", "XX", "junk", "", "\0"));
        }
    }
}
