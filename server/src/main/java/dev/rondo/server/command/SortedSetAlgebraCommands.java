package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.type.HashTable;
import dev.rondo.server.type.SortedSetValue;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Unions, intersections and differences of sorted sets, and of sets, whose members all have score 1. */
final class SortedSetAlgebraCommands {
    private enum Operation {
        UNION,
        INTERSECTION,
        DIFFERENCE
    }

    /** What becomes of the command's result. */
    private enum Use {
        REPLY,
        STORE,
        COUNT
    }

    private enum Aggregate {
        SUM,
        MIN,
        MAX;

        /** As in Redis, infinities of both signs add up to 0. */
        double of(double total, double score) {
            return switch (this) {
                case SUM -> orZero(total + score);
                case MIN -> score < total ? score : total;
                case MAX -> score > total ? score : total;
            };
        }
    }

    /** A member and what its scores add up to so far. */
    private static final class Total extends HashTable.Node<Total> {
        double score;

        Total(byte[] member, int hash, double score) {
            super(member, hash);
            this.score = score;
        }
    }

    private SortedSetAlgebraCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                reading("zunion").runs(call -> run(call, Operation.UNION, Use.REPLY)),
                storing("zunionstore").runs(call -> run(call, Operation.UNION, Use.STORE)),
                reading("zinter").runs(call -> run(call, Operation.INTERSECTION, Use.REPLY)),
                storing("zinterstore").runs(call -> run(call, Operation.INTERSECTION, Use.STORE)),
                reading("zintercard").runs(call -> run(call, Operation.INTERSECTION, Use.COUNT)),
                reading("zdiff").runs(call -> run(call, Operation.DIFFERENCE, Use.REPLY)),
                storing("zdiffstore").runs(call -> run(call, Operation.DIFFERENCE, Use.STORE)));
    }

    private static CommandSpec reading(String name) {
        return command(name, -3)
                .flags(Flag.READONLY, Flag.MOVABLEKEYS)
                .acl(Category.SORTEDSET)
                .countedKeys(1, "RO", "access");
    }

    private static CommandSpec storing(String name) {
        return command(name, -4)
                .flags(Flag.WRITE, Flag.DENYOOM, Flag.MOVABLEKEYS)
                .acl(Category.SORTEDSET)
                .keys(1, 1, 1, "OW", "update")
                .countedKeys(2, "RO", "access");
    }

    private static void run(Call call, Operation operation, Use use) {
        int countAt = use == Use.STORE ? 2 : 1;
        long keys = call.longArgument(countAt);
        if (keys < 1) {
            throw new CommandException(
                    "ERR at least 1 input key is needed for '" + call.spec().fullName() + "' command");
        }
        if (keys > call.count() - countAt - 1) {
            throw CommandException.syntax();
        }
        SortedSetInput[] inputs = new SortedSetInput[(int) keys];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = SortedSetInput.of(call.read(call.argument(countAt + 1 + i)));
        }
        Options options = Options.parse(call, operation, use, countAt + 1 + inputs.length, inputs);
        switch (use) {
            case COUNT -> call.reply().integer(intersectionSize(inputs, options.limit));
            case STORE -> {
                SortedSetValue result = result(call, operation, inputs, options.aggregate);
                result.fit(call.limits());
                SortedSetRangeCommands.store(
                        call, call.argument(1), result, call.spec().name());
            }
            case REPLY -> {
                ScoredReply reply = new ScoredReply(call.reply(), options.withScores);
                result(call, operation, inputs, options.aggregate).forEach(reply);
                reply.end();
            }
        }
    }

    /** What may follow the keys. The weights go to the inputs. */
    private record Options(Aggregate aggregate, boolean withScores, long limit) {
        static Options parse(Call call, Operation operation, Use use, int from, SortedSetInput[] inputs) {
            boolean aggregates = operation != Operation.DIFFERENCE && use != Use.COUNT;
            Aggregate aggregate = Aggregate.SUM;
            boolean withScores = false;
            long limit = 0;
            for (int i = from; i < call.count(); i++) {
                byte[] word = call.argument(i);
                int more = call.count() - 1 - i;
                if (aggregates && more >= inputs.length && Arguments.is(word, "weights")) {
                    for (SortedSetInput input : inputs) {
                        input.weight =
                                SortedSetCommands.toDouble(call.argument(++i), "ERR weight value is not a float");
                    }
                } else if (aggregates && more >= 1 && Arguments.is(word, "aggregate")) {
                    aggregate = aggregate(call.argument(++i));
                } else if (use == Use.REPLY && Arguments.is(word, "withscores")) {
                    withScores = true;
                } else if (use == Use.COUNT && more >= 1 && Arguments.is(word, "limit")) {
                    limit = Arguments.toLong(call.argument(++i), 0, Long.MAX_VALUE, "ERR LIMIT can't be negative");
                } else {
                    throw CommandException.syntax();
                }
            }
            return new Options(aggregate, withScores, limit);
        }

        private static Aggregate aggregate(byte[] word) {
            for (Aggregate aggregate : Aggregate.values()) {
                if (Arguments.is(word, aggregate.name().toLowerCase(java.util.Locale.ROOT))) {
                    return aggregate;
                }
            }
            throw CommandException.syntax();
        }
    }

    private static double orZero(double score) {
        return Double.isNaN(score) ? 0 : score;
    }

    /** The smallest input comes first: sums of floating-point numbers depend on the order, which is that of Redis. */
    private static SortedSetInput[] bySize(SortedSetInput[] inputs) {
        SortedSetInput[] sorted = inputs.clone();
        Arrays.sort(sorted, Comparator.comparingInt(SortedSetInput::size));
        return sorted;
    }

    private static SortedSetValue result(Call call, Operation operation, SortedSetInput[] inputs, Aggregate aggregate) {
        SortedSetValue result = SortedSetValue.indexed();
        switch (operation) {
            case UNION ->
                union(bySize(inputs), aggregate).forEach(total -> result.put(total.key(), total.score, call.limits()));
            case INTERSECTION -> {
                SortedSetInput[] sorted = bySize(inputs);
                sorted[0].forEach((member, score) -> {
                    double total = intersection(sorted, member, score, aggregate);
                    return Double.isNaN(total) || result.put(member, total, call.limits());
                });
            }
            case DIFFERENCE ->
                inputs[0].forEach((member, score) -> {
                    boolean elsewhere = isInAny(inputs, 1, member);
                    return elsewhere || result.put(member, score, call.limits());
                });
        }
        return result;
    }

    private static HashTable<Total> union(SortedSetInput[] inputs, Aggregate aggregate) {
        HashTable<Total> totals = new HashTable<>();
        for (SortedSetInput input : inputs) {
            input.forEach((member, score) -> {
                double weighed = orZero(input.weight * score);
                int hash = HashTable.hash(member);
                Total total = totals.find(member, hash);
                if (total == null) {
                    totals.add(new Total(member, hash, weighed));
                } else {
                    total.score = aggregate.of(total.score, weighed);
                }
                return true;
            });
        }
        return totals;
    }

    /** The score of a member of the first input, NaN when it is not in all of them. */
    private static double intersection(SortedSetInput[] inputs, byte[] member, double score, Aggregate aggregate) {
        double total = orZero(inputs[0].weight * score);
        for (int i = 1; i < inputs.length; i++) {
            double other = inputs[i].score(member);
            if (Double.isNaN(other)) {
                return Double.NaN;
            }
            total = aggregate.of(total, inputs[i].weight * other);
        }
        return total;
    }

    private static boolean isInAny(SortedSetInput[] inputs, int from, byte[] member) {
        for (int i = from; i < inputs.length; i++) {
            if (inputs[i].contains(member)) {
                return true;
            }
        }
        return false;
    }

    /** The size of the intersection; it is not counted further than a limit other than 0. */
    private static int intersectionSize(SortedSetInput[] inputs, long limit) {
        SortedSetInput[] sorted = bySize(inputs);
        int[] size = {0};
        sorted[0].forEach((member, score) -> {
            boolean inAll = true;
            for (int i = 1; i < sorted.length && inAll; i++) {
                inAll = sorted[i].contains(member);
            }
            size[0] += inAll ? 1 : 0;
            return limit == 0 || size[0] < limit;
        });
        return size[0];
    }
}
