package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.type.SetAlgebra;
import dev.rondo.server.type.SetValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sets compared: SINTER, SUNION, SDIFF, and the forms that store or count the result. */
final class SetAlgebraCommands {
    private SetAlgebraCommands() {}

    /** One of the three operations: gives the members of the result to a consumer. */
    @FunctionalInterface
    private interface Operation {
        void apply(List<@Nullable SetValue> sets, Consumer<byte[]> found);
    }

    private static final Operation INTERSECTION = (sets, found) -> SetAlgebra.intersection(sets, Long.MAX_VALUE, found);

    static List<CommandSpec> commands() {
        return List.of(
                answering("sinter").runs(call -> answer(call, INTERSECTION)),
                answering("sunion").runs(call -> answer(call, SetAlgebra::union)),
                answering("sdiff").runs(call -> answer(call, SetAlgebra::difference)),
                storing("sinterstore", "RW").runs(call -> store(call, INTERSECTION)),
                storing("sunionstore", "OW").runs(call -> store(call, SetAlgebra::union)),
                storing("sdiffstore", "OW").runs(call -> store(call, SetAlgebra::difference)),
                command("sintercard", -3)
                        .flags(Flag.READONLY, Flag.MOVABLEKEYS)
                        .acl(Category.SET)
                        .countedKeys(1, "RO", "access")
                        .runs(SetAlgebraCommands::count));
    }

    private static CommandSpec answering(String name) {
        return command(name, -2)
                .flags(Flag.READONLY)
                .acl(Category.SET)
                .keys(1, -1, 1, "RO", "access")
                .tips("nondeterministic_output_order");
    }

    private static CommandSpec storing(String name, String targetFlag) {
        return command(name, -3)
                .flags(Flag.WRITE, Flag.DENYOOM)
                .acl(Category.SET)
                .keys(1, 1, 1, targetFlag, "update")
                .keys(2, -1, 1, "RO", "access");
    }

    /** The sets of the keys {@code arguments[from..to)}; null for those that are not there. */
    private static List<@Nullable SetValue> sets(Call call, int from, int to) {
        List<@Nullable SetValue> sets = new ArrayList<>();
        for (int i = from; i < to; i++) {
            sets.add(call.read(call.argument(i), SetValue.class));
        }
        return sets;
    }

    private static void answer(Call call, Operation operation) {
        List<byte[]> found = new ArrayList<>();
        operation.apply(sets(call, 1, call.count()), found::add);
        SetCommands.writeSet(call.reply(), found);
    }

    /** The result takes the place of whatever the target held; of an empty one nothing is left. */
    private static void store(Call call, Operation operation) {
        byte[] target = call.argument(1);
        SetValue result = new SetValue();
        operation.apply(sets(call, 2, call.count()), member -> result.add(member, call.limits()));
        if (result.size() == 0) {
            call.delete(target);
        } else {
            call.set(target, result);
            call.event(EventClass.SET, call.spec().name(), target);
        }
        call.reply().integer(result.size());
    }

    private static void count(Call call) {
        long keys = Arguments.toLong(call.argument(1), 1, Long.MAX_VALUE, "ERR numkeys should be greater than 0");
        if (keys > call.count() - 2) {
            throw new CommandException("ERR Number of keys can't be greater than number of args");
        }
        int end = 2 + (int) keys;
        long most = 0;
        for (int i = end; i < call.count(); i += 2) {
            if (i + 1 == call.count() || !Arguments.is(call.argument(i), "limit")) {
                throw CommandException.syntax();
            }
            most = Arguments.toLong(call.argument(i + 1), 0, Long.MAX_VALUE, "ERR LIMIT can't be negative");
        }
        long[] count = {0};
        SetAlgebra.intersection(sets(call, 2, end), most == 0 ? Long.MAX_VALUE : most, member -> count[0]++);
        call.reply().integer(count[0]);
    }
}
