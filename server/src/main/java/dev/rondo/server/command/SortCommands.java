package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.ListValue;
import dev.rondo.server.type.ScoreText;
import dev.rondo.server.type.SetValue;
import dev.rondo.server.type.SortedSetValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SORT and SORT_RO: the elements of a list, set or sorted set in an order of their own, or what goes with them. */
final class SortCommands {
    private static final byte[] RPUSH = Ascii.bytes("RPUSH");
    /** The elements that one effect of SORT with STORE names. */
    private static final int ELEMENTS_PER_EFFECT = 1024;
    /** What one SORT answers or stores: elements times GET patterns. */
    private static final int MOST_RESULTS = 1 << 27;

    private SortCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                sorting("sort")
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .unknownKeys("OW", "update")
                        .keyFinder(SortOptions::keys)
                        .runs(call -> sort(call, true)),
                sorting("sort_ro")
                        .flags(Flag.READONLY)
                        .keyFinder(arguments -> new byte[][] {arguments[1]})
                        .runs(call -> sort(call, false)));
    }

    /** Which keys BY and GET reach, only what is sorted can tell. */
    private static CommandSpec sorting(String name) {
        return command(name, -2)
                .flags(Flag.MOVABLEKEYS)
                .acl(Category.SET, Category.SORTEDSET, Category.LIST, Category.DANGEROUS)
                .keys(1, 1, 1, "RO", "access")
                .unknownKeys("RO", "access")
                .reachesAnyKey(SortOptions::namesKeys);
    }

    private static void sort(Call call, boolean mayStore) {
        SortOptions options = SortOptions.parse(call, mayStore);
        Object source = source(call);
        boolean repeatable = options.target() != null || call.isInScript();
        if (options.unsorted() && repeatable && source instanceof SetValue) {
            options = options.byBytes(); // a set has no order that replicas would have too
        }
        List<byte[]> elements = elements(source, options, call);
        long results = (long) elements.size() * Math.max(1, options.gets().size());
        if (results > MOST_RESULTS) {
            throw new CommandException("ERR value is out of range");
        }
        if (options.target() != null) {
            store(call, options.target(), results(call, elements, options.gets()));
            call.reply().integer(results);
        } else {
            answer(call, elements, options.gets(), (int) results);
        }
    }

    /** The collection to sort, null when the key is not there. */
    private static @Nullable Object source(Call call) {
        Entry entry = call.read(call.argument(1));
        if (entry == null) {
            return null;
        }
        Object value = entry.value();
        if (!(value instanceof ListValue || value instanceof SetValue || value instanceof SortedSetValue)) {
            throw CommandException.wrongType();
        }
        return value;
    }

    // ---- choosing ----

    private static List<byte[]> elements(@Nullable Object source, SortOptions options, Call call) {
        int size = size(source);
        int from = (int) Math.max(0, Math.min(size, options.offset()));
        int to = options.count() < 0 ? size : (int) Math.min(size, from + Math.min(size, options.count()));
        if (from == to) {
            from = 0; // weights must be valid though nothing is answered
            to = 0;
        }
        if (!options.unsorted()) {
            return sorted(allOf(source), options, call, from, to);
        }
        if (source instanceof ListValue list) {
            return inOrder(list, options.descending(), from, to);
        }
        if (source instanceof SortedSetValue set) {
            return inOrder(set, options.descending(), from, to);
        }
        return allOf(source).subList(from, to);
    }

    private static int size(@Nullable Object source) {
        if (source instanceof ListValue list) {
            return (int) list.size();
        }
        if (source instanceof SetValue set) {
            return (int) set.size();
        }
        return source instanceof SortedSetValue set ? set.count() : 0;
    }

    private static List<byte[]> allOf(@Nullable Object source) {
        if (source instanceof SetValue set) {
            return set.members();
        }
        if (source instanceof ListValue list) {
            return inOrder(list, false, 0, (int) list.size());
        }
        return source instanceof SortedSetValue set ? inOrder(set, false, 0, set.count()) : List.of();
    }

    private static List<byte[]> inOrder(ListValue list, boolean fromTail, int from, int to) {
        List<byte[]> elements = new ArrayList<>(to - from);
        int first = fromTail ? (int) list.size() - to : from;
        list.forEach(first, to - from, new ListValue.Visitor() {
            @Override
            public void bytes(byte[] array, int offset, int length) {
                elements.add(Arrays.copyOfRange(array, offset, offset + length));
            }

            @Override
            public void number(long value) {
                elements.add(Ascii.decimal(value));
            }
        });
        if (fromTail) {
            Collections.reverse(elements);
        }
        return elements;
    }

    private static List<byte[]> inOrder(SortedSetValue set, boolean downwards, int from, int to) {
        List<byte[]> elements = new ArrayList<>(to - from);
        if (from < to) {
            set.forEach(downwards ? set.count() - 1 - from : from, downwards, (member, score) -> {
                elements.add(member);
                return elements.size() < to - from;
            });
        }
        return elements;
    }

    // ---- ordering ----

    /** An element and what it is sorted by: a number, or bytes that may be missing. */
    private record Weighted(byte[] element, double score, byte @Nullable [] bytes) {}

    private static List<byte[]> sorted(List<byte[]> elements, SortOptions options, Call call, int from, int to) {
        Weighted[] items = new Weighted[elements.size()];
        boolean valid = true;
        for (int i = 0; i < items.length; i++) {
            items[i] = weighted(elements.get(i), options, call);
            valid &= !Double.isNaN(items[i].score);
        }
        if (!valid) {
            throw new CommandException("ERR One or more scores can't be converted into double");
        }
        Comparator<Weighted> order = order(options);
        if (options.by() != null && to - from < items.length) { // equal ones then come in the order of Redis
            PartialSort.sort(items, from, to, order);
        } else {
            Arrays.sort(items, order);
        }
        List<byte[]> chosen = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            chosen.add(items[i].element);
        }
        return chosen;
    }

    private static Weighted weighted(byte[] element, SortOptions options, Call call) {
        byte[] weight = options.by() == null ? element : options.by().find(call, element);
        boolean number = !options.alpha() && weight != null;
        return new Weighted(element, number ? ScoreText.parseWeight(weight) : 0, weight);
    }

    private static Comparator<Weighted> order(SortOptions options) {
        Comparator<Weighted> order = SortCommands::compareNumbers;
        if (options.alpha()) {
            Comparator<byte[]> bytes = options.target() != null ? Arrays::compareUnsigned : SortCommands::compareText;
            order = Comparator.comparing(Weighted::bytes, Comparator.nullsFirst(bytes));
        }
        return options.descending() ? order.reversed() : order;
    }

    private static int compareNumbers(Weighted left, Weighted right) {
        if (left.score == right.score) { // minus zero is zero here
            return Arrays.compareUnsigned(left.element, right.element);
        }
        return left.score < right.score ? -1 : 1;
    }

    /** By the bytes in front of a zero byte, as C compares text. */
    private static int compareText(byte[] left, byte[] right) {
        return Arrays.compareUnsigned(left, 0, textLength(left), right, 0, textLength(right));
    }

    private static int textLength(byte[] bytes) {
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return length;
    }

    // ---- answering ----

    private static void answer(Call call, List<byte[]> elements, List<SortPattern> gets, int results) {
        ReplyWriter reply = call.reply();
        reply.array(results);
        for (byte[] element : elements) {
            if (gets.isEmpty()) {
                reply.bulk(element);
            }
            for (SortPattern get : gets) {
                reply.bulkOrNull(get.find(call, element));
            }
        }
    }

    /** What is to be stored: where there is nothing to get, an empty element. */
    private static List<byte[]> results(Call call, List<byte[]> elements, List<SortPattern> gets) {
        if (gets.isEmpty()) {
            return elements;
        }
        List<byte[]> results = new ArrayList<>(elements.size() * gets.size());
        for (byte[] element : elements) {
            for (SortPattern get : gets) {
                byte[] found = get.find(call, element);
                results.add(found == null ? new byte[0] : found);
            }
        }
        return results;
    }

    private static void store(Call call, byte[] target, List<byte[]> results) {
        if (call.write(target) != null) {
            call.propagate(call.slotOf(target), ExpiryCommands.DEL, target);
        }
        if (results.isEmpty()) {
            call.delete(target);
            return;
        }
        ListValue list = new ListValue();
        results.forEach(element -> list.addLast(element, call.limits()));
        call.set(target, list);
        call.event(EventClass.LIST, "sortstore", target);
        for (int from = 0; from < results.size(); from += ELEMENTS_PER_EFFECT) {
            int to = Math.min(results.size(), from + ELEMENTS_PER_EFFECT);
            List<byte[]> effect = new ArrayList<>(List.of(RPUSH, target));
            effect.addAll(results.subList(from, to));
            call.propagate(call.slotOf(target), effect.toArray(new byte[0][]));
        }
    }
}
