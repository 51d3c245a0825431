package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Reply;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;

/** When two replies to the same command count as the same. The default is {@link #EXACT}. */
@FunctionalInterface
public interface ReplyRule {
    boolean same(Reply model, Reply candidate);

    /** Equal in type, value and the text of an error. */
    ReplyRule EXACT = Reply::equals;

    /** Of the same type and both nil or both not: for ids, times and random choices. */
    ReplyRule SAME_KIND = (model, candidate) -> model.isError()
            ? model.equals(candidate)
            : model.type() == candidate.type() && model.isNil() == candidate.isNil();

    /** Lists of the same length, and what is in them of the {@link #SAME_KIND}: for several random choices. */
    ReplyRule SAME_SHAPE = ReplyRule::sameShape;

    /**
     * Equal but for how scores are printed, and for the last digit or two of decimal fractions: for distances, which
     * redis-server computes with the mathematical library of its machine.
     */
    ReplyRule CLOSE_FRACTIONS = (model, candidate) -> sameTexts(model, candidate, ReplyRule::isClose);

    /** As {@link #CLOSE_FRACTIONS}, where minus zero is zero. */
    ReplyRule CLOSE_BUT_FOR_MINUS_ZERO = (model, candidate) ->
            sameTexts(model, candidate, (left, right) -> isClose(withoutMinusZero(left), withoutMinusZero(right)));

    /** The same elements in any order: for what a server lists in the order of its hash table. */
    ReplyRule UNORDERED = ReplyRule::sameElements;

    /** The same pairs in any order: a map, or a list of fields and values in turn or in pairs. */
    ReplyRule UNORDERED_PAIRS = ReplyRule::samePairs;

    /** Maps with the same keys, whose values are the server's own business (HELLO's version and id). */
    ReplyRule SAME_FIELDS = ReplyRule::sameFields;

    /** The same string object in the DUMP format, whatever version and packing the server writes. */
    ReplyRule SAME_DUMP = DumpPayload::sameContent;

    /** Numbers at most so far apart: for what the clock changes while a run compares. */
    static ReplyRule within(long tolerance) {
        return (model, candidate) -> model.equals(candidate) || isClose(model, candidate, tolerance);
    }

    private static boolean isClose(Reply model, Reply candidate, long tolerance) {
        return model.type() == Reply.Type.INTEGER
                && candidate.type() == Reply.Type.INTEGER
                && model.asLong() >= 0
                && candidate.asLong() >= 0
                && Math.abs(model.asLong() - candidate.asLong()) <= tolerance;
    }

    /** SCAN answers a cursor and then the elements: lists within lists are compared one by one. */
    private static boolean sameElements(Reply model, Reply candidate) {
        if (model.items() == null || candidate.items() == null || model.type() != candidate.type()) {
            return model.equals(candidate);
        }
        List<Reply> left = model.asList();
        List<Reply> right = candidate.asList();
        if (left.stream().noneMatch(item -> item.items() != null)) {
            return sorted(left).equals(sorted(right));
        }
        boolean same = left.size() == right.size();
        for (int i = 0; same && i < left.size(); i++) {
            same = sameElements(left.get(i), right.get(i));
        }
        return same;
    }

    private static List<String> sorted(List<Reply> items) {
        return items.stream().map(Reply::toString).sorted().toList();
    }

    private static boolean samePairs(Reply model, Reply candidate) {
        if (model.items() == null || candidate.items() == null || model.type() != candidate.type()) {
            return model.equals(candidate);
        }
        return pairsOf(model.asList()).equals(pairsOf(candidate.asList()));
    }

    private static List<String> pairsOf(List<Reply> items) {
        if (!items.isEmpty() && items.get(0).items() != null) { // RESP3 has an array for each pair
            return sorted(items);
        }
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < items.size(); i += 2) {
            pairs.add(items.subList(i, Math.min(i + 2, items.size())).toString());
        }
        Collections.sort(pairs);
        return pairs;
    }

    private static boolean sameShape(Reply model, Reply candidate) {
        if (model.items() == null || candidate.items() == null) {
            return SAME_KIND.same(model, candidate);
        }
        boolean same = model.type() == candidate.type()
                && model.asList().size() == candidate.asList().size();
        for (int i = 0; same && i < model.asList().size(); i++) {
            same = sameShape(model.asList().get(i), candidate.asList().get(i));
        }
        return same;
    }

    /** Whether two replies are equal, or lists that are but for texts that {@code same} accepts. */
    static boolean sameTexts(Reply model, Reply candidate, BiPredicate<String, String> same) {
        if (model.equals(candidate)) {
            return true;
        }
        if (model.type() != candidate.type() || model.isNil() || candidate.isNil() || model.isError()) {
            return false;
        }
        if (model.items() == null || candidate.items() == null) {
            return model.items() == candidate.items() && same.test(model.asText(), candidate.asText());
        }
        boolean equal = model.asList().size() == candidate.asList().size();
        for (int i = 0; equal && i < model.asList().size(); i++) {
            equal = sameTexts(model.asList().get(i), candidate.asList().get(i), same);
        }
        return equal;
    }

    /** Whether two texts are the same number, in whatever form. */
    static boolean isSameNumber(String model, String candidate) {
        return isNumber(model)
                && isNumber(candidate)
                && Double.compare(Double.parseDouble(model), Double.parseDouble(candidate)) == 0;
    }

    private static boolean isNumber(String text) {
        return text.matches("-?\\d+(\\.\\d+)?(e[+-]?\\d+)?");
    }

    private static boolean isClose(String model, String candidate) {
        if (model.equals(candidate) || isSameNumber(model, candidate)) {
            return true;
        }
        if (!isNumber(model) || !isNumber(candidate)) {
            return false;
        }
        double expected = Double.parseDouble(model);
        boolean fraction = expected != Math.rint(expected);
        return fraction && Math.abs(expected - Double.parseDouble(candidate)) <= 4 * Math.ulp(expected);
    }

    private static String withoutMinusZero(String text) {
        return text.equals("-0") ? "0" : text;
    }

    private static boolean sameFields(Reply model, Reply candidate) {
        if (model.items() == null || candidate.items() == null || model.type() != candidate.type()) {
            return model.equals(candidate);
        }
        return fieldsOf(model).equals(fieldsOf(candidate));
    }

    private static Set<Reply> fieldsOf(Reply map) {
        Set<Reply> fields = new HashSet<>();
        for (int i = 0; i < map.asList().size(); i += 2) {
            fields.add(map.asList().get(i));
        }
        return fields;
    }
}
