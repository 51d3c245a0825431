package dev.rondo.server.persistence;

import dev.rondo.server.type.DataType;
import dev.rondo.server.type.Limits;
import dev.rondo.server.type.Listpack;
import dev.rondo.server.type.ScoreText;
import dev.rondo.server.type.SortedSetValue;
import java.util.List;

/** The forms of a sorted set: members with scores in text or in binary, or one string that is a listpack or ziplist. */
final class SortedSetCodec implements ValueCodec<SortedSetValue> {
    private static final int TEXT_SCORES = 3;
    private static final int BINARY_SCORES = 5;
    private static final int ZIPLIST = 12;
    private static final int LISTPACK = 17;

    private static final int MINUS_INFINITY = 255;
    private static final int INFINITY = 254;
    private static final int NOT_A_NUMBER = 253;

    @Override
    public DataType dataType() {
        return DataType.ZSET;
    }

    @Override
    public List<Integer> types() {
        return List.of(TEXT_SCORES, BINARY_SCORES, ZIPLIST, LISTPACK);
    }

    @Override
    public SortedSetValue read(int type, RdbReader in) throws RdbFormatException {
        return switch (type) {
            case ZIPLIST -> fromElements(Ziplist.read(in.readStringBytes()));
            case LISTPACK -> fromListpack(in.readListpack());
            default -> readMembers(in, type == BINARY_SCORES);
        };
    }

    private static SortedSetValue readMembers(RdbReader in, boolean binary) throws RdbFormatException {
        SortedSetValue set = SortedSetValue.indexed();
        for (int left = in.readCount(); left > 0; left--) {
            byte[] member = in.readStringBytes();
            put(set, member, binary ? in.readDouble() : readText(in));
        }
        return set;
    }

    private static double readText(RdbReader in) throws RdbFormatException {
        int length = in.readByte();
        return switch (length) {
            case MINUS_INFINITY -> Double.NEGATIVE_INFINITY;
            case INFINITY -> Double.POSITIVE_INFINITY;
            case NOT_A_NUMBER -> Double.NaN;
            default -> ScoreText.parse(in.readBytes(length));
        };
    }

    private static void put(SortedSetValue set, byte[] member, double score) throws RdbFormatException {
        if (Double.isNaN(score)) {
            throw new RdbFormatException("score that is no number");
        }
        if (!set.put(member, score, Limits.DEFAULT)) {
            throw repeated();
        }
    }

    private static SortedSetValue fromElements(List<byte[]> elements) throws RdbFormatException {
        if (elements.size() % 2 != 0) {
            throw new RdbFormatException("member without a score");
        }
        SortedSetValue set = new SortedSetValue();
        for (int i = 0; i < elements.size(); i += 2) {
            put(set, elements.get(i), ScoreText.parse(elements.get(i + 1)));
        }
        return set;
    }

    private static SortedSetValue fromListpack(Listpack pack) throws RdbFormatException {
        if (ValueCodecs.hasRepeated(pack, 2)) {
            throw repeated();
        }
        SortedSetValue set = SortedSetValue.of(pack);
        if (set == null) {
            throw new RdbFormatException("members without scores or out of order");
        }
        return set;
    }

    private static RdbFormatException repeated() {
        return new RdbFormatException("member repeated");
    }

    @Override
    public int typeOf(SortedSetValue value) {
        return value.isPacked() ? LISTPACK : BINARY_SCORES;
    }

    /** Members of the second form go from the last to the first, as Redis writes them. */
    @Override
    public void write(SortedSetValue value, RdbWriter out) {
        Listpack pack = value.pack();
        if (pack != null) {
            out.writeListpack(pack);
            return;
        }
        out.writeLength(value.size());
        value.forEach(value.count() - 1, true, (member, score) -> {
            out.writeString(member);
            out.writeDouble(score);
            return true;
        });
    }
}
