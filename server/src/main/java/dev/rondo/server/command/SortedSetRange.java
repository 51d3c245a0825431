package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.LexRange;
import dev.rondo.server.type.ScoreText;
import dev.rondo.server.type.SortedSetValue;

/** A part of a sorted set as commands name it: by ranks, by scores or by bytes. Immutable. */
sealed interface SortedSetRange {
    /** All, as the count of LIMIT. */
    long ALL = -1;

    /** The number of members in the range. */
    int count(SortedSetValue set);

    /** The rank of the first member in the range; of no meaning when it is empty. */
    int first(SortedSetValue set);

    /**
     * Visits members of the range, from its first upwards or from its last downwards.
     *
     * @param offset how many are passed over; a negative number passes over all
     * @param count the most that are visited; a negative number: all
     */
    void forEach(SortedSetValue set, boolean downwards, long offset, long count, SortedSetValue.Visitor visitor);

    /** Visits at most so many members from a rank on. */
    private static void forEach(
            SortedSetValue set, int from, boolean downwards, long count, SortedSetValue.Visitor visitor) {
        if (count == 0 || from < 0 || from >= set.size()) {
            return;
        }
        long[] left = {count};
        set.forEach(from, downwards, (member, score) -> visitor.visit(member, score) && --left[0] != 0);
    }

    /**
     * By ranks, of which negative ones count from the end.
     *
     * @param start counted in the direction of the visit, as {@code stop}
     */
    record ByRank(long start, long stop) implements SortedSetRange {
        private long from(SortedSetValue set) {
            return Math.min(set.size(), Math.max(0, start < 0 ? start + set.size() : start));
        }

        @Override
        public int count(SortedSetValue set) {
            long behind = Math.min(set.size(), 1 + (stop < 0 ? stop + set.size() : Math.min(stop, set.size())));
            return (int) Math.max(0, Math.max(0, behind) - from(set));
        }

        @Override
        public int first(SortedSetValue set) {
            return (int) from(set);
        }

        @Override
        public void forEach(SortedSetValue set, boolean down, long offset, long count, SortedSetValue.Visitor visitor) {
            int first = down ? set.count() - 1 - first(set) : first(set);
            SortedSetRange.forEach(set, first, down, count(set), visitor);
        }
    }

    /** By scores. */
    record ByScore(double min, boolean minExclusive, double max, boolean maxExclusive) implements SortedSetRange {
        static ByScore parse(byte[] min, byte[] max) {
            boolean minExclusive = isExclusive(min);
            boolean maxExclusive = isExclusive(max);
            double least = ScoreText.parseEnd(min, minExclusive ? 1 : 0);
            double most = ScoreText.parseEnd(max, maxExclusive ? 1 : 0);
            if (Double.isNaN(least) || Double.isNaN(most)) {
                throw new CommandException("ERR min or max is not a float");
            }
            return new ByScore(least, minExclusive, most, maxExclusive);
        }

        private static boolean isExclusive(byte[] end) {
            return end.length > 0 && end[0] == '(';
        }

        @Override
        public int count(SortedSetValue set) {
            return Math.max(0, set.countBelow(max, !maxExclusive) - first(set));
        }

        @Override
        public int first(SortedSetValue set) {
            return set.countBelow(min, minExclusive);
        }

        @Override
        public void forEach(
                SortedSetValue set, boolean downwards, long offset, long count, SortedSetValue.Visitor visitor) {
            int first = first(set);
            int size = count(set);
            if (offset < 0 || offset >= size) {
                return;
            }
            int start = downwards ? first + size - 1 - (int) offset : first + (int) offset;
            long rest = size - offset;
            SortedSetRange.forEach(set, start, downwards, count < 0 ? rest : Math.min(count, rest), visitor);
        }
    }

    /** By bytes, for members that all have one score. Of others it answers what Redis does, looking one by one. */
    record ByLex(LexRange range) implements SortedSetRange {
        static ByLex parse(byte[] min, byte[] max) {
            return new ByLex(new LexRange(end(min), end(max)));
        }

        private static LexRange.End end(byte[] text) {
            String word = Ascii.cString(text);
            if (word.equals("-")) {
                return LexRange.End.LEAST;
            }
            if (word.equals("+")) {
                return LexRange.End.GREATEST;
            }
            LexRange.End.Kind kind = word.startsWith("(")
                    ? LexRange.End.Kind.EXCLUDED
                    : word.startsWith("[") ? LexRange.End.Kind.INCLUDED : null;
            if (kind == null) {
                throw new CommandException("ERR min or max not valid string range item");
            }
            return new LexRange.End(kind, java.util.Arrays.copyOfRange(text, 1, text.length));
        }

        @Override
        public int count(SortedSetValue set) {
            return set.count(range);
        }

        @Override
        public int first(SortedSetValue set) {
            return set.firstIn(range, false);
        }

        @Override
        public void forEach(
                SortedSetValue set, boolean downwards, long offset, long count, SortedSetValue.Visitor visitor) {
            int first = set.firstIn(range, downwards);
            if (first < 0 || offset < 0 || offset >= set.size()) {
                return;
            }
            int start = downwards ? first - (int) offset : first + (int) offset;
            SortedSetRange.forEach(set, start, downwards, count, (member, score) -> {
                boolean inside = downwards ? range.isNotUnder(member) : range.isNotOver(member);
                return inside && visitor.visit(member, score);
            });
        }
    }
}
