package dev.rondo.server.command;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What SORT is asked for. Immutable.
 *
 * @param descending the other way round
 * @param alpha by bytes, not by numbers
 * @param unsorted in the order that the source has: BY names no key
 * @param by where the weight of an element stands; null for the element itself
 * @param gets what to answer for each element; empty for the element itself
 * @param offset how many elements to leave out
 * @param count how many to answer; all when negative
 * @param target the key to store the result in; null to answer it
 */
record SortOptions(
        boolean descending,
        boolean alpha,
        boolean unsorted,
        @Nullable SortPattern by,
        List<SortPattern> gets,
        long offset,
        long count,
        byte @Nullable [] target) {
    private static final int FIRST = 2;

    static SortOptions parse(Call call, boolean mayStore) {
        boolean descending = false;
        boolean alpha = false;
        boolean unsorted = false;
        SortPattern by = null;
        List<SortPattern> gets = new ArrayList<>(0);
        long offset = 0;
        long count = -1;
        byte[] target = null;
        for (int i = FIRST; i < call.count(); i++) {
            byte[] option = call.argument(i);
            int following = call.count() - i - 1;
            if (Arguments.is(option, "asc") || Arguments.is(option, "desc")) {
                descending = Arguments.is(option, "desc");
            } else if (Arguments.is(option, "alpha")) {
                alpha = true;
            } else if (Arguments.is(option, "limit") && following >= 2) {
                offset = call.longArgument(++i);
                count = call.longArgument(++i);
            } else if (Arguments.is(option, "store") && following >= 1 && mayStore) {
                target = call.argument(++i);
            } else if (Arguments.is(option, "by") && following >= 1) {
                by = new SortPattern(call.argument(++i));
                unsorted |= !by.namesKeys();
                refuseUnnamedKeys(call, "BY", by.namesKeys());
            } else if (Arguments.is(option, "get") && following >= 1) {
                gets.add(new SortPattern(call.argument(++i)));
                refuseUnnamedKeys(call, "GET", true);
            } else {
                throw CommandException.syntax();
            }
        }
        return new SortOptions(descending, alpha, unsorted, by, gets, offset, count, target);
    }

    /** What a pattern names may be anywhere: in another slot, and out of what the client may read. */
    private static void refuseUnnamedKeys(Call call, String option, boolean mayNameKeys) {
        if (!mayNameKeys) {
            return;
        }
        if (call.isCluster()) {
            throw new CommandException("ERR " + option + " option of SORT denied in Cluster mode.");
        }
        if (!call.mayReadAnyKey()) {
            throw new CommandException("ERR " + option + " option of SORT denied due to insufficient ACL permissions.");
        }
    }

    /** The same, sorted by the bytes of the elements. */
    SortOptions byBytes() {
        return new SortOptions(descending, true, false, null, gets, offset, count, target);
    }

    /** The keys among the arguments: what is sorted, and where the result is stored, by the last STORE. */
    static byte[][] keys(byte[][] arguments) {
        byte[] target = null;
        for (int i = FIRST; i + 1 < arguments.length; i++) {
            if (Arguments.is(arguments[i], "limit")) {
                i += 2;
            } else if (Arguments.is(arguments[i], "by") || Arguments.is(arguments[i], "get")) {
                i++;
            } else if (Arguments.is(arguments[i], "store")) {
                target = arguments[++i];
            }
        }
        return target == null ? new byte[][] {arguments[1]} : new byte[][] {arguments[1], target};
    }

    /** Whether the arguments have patterns that name further keys. */
    static boolean namesKeys(byte[][] arguments) {
        for (int i = FIRST; i + 1 < arguments.length; i++) {
            boolean pattern = Arguments.is(arguments[i], "by") || Arguments.is(arguments[i], "get");
            if (pattern && new SortPattern(arguments[i + 1]).namesKeys()) {
                return true;
            }
        }
        return false;
    }
}
