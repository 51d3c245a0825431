package dev.rondo.server.persistence;

import dev.rondo.server.type.DataType;
import dev.rondo.server.type.HashValue;
import dev.rondo.server.type.Limits;
import dev.rondo.server.type.Listpack;
import java.util.List;

/**
 * The forms of a hash: pairs of strings, or one string that is a listpack, ziplist or zipmap. A hash whose fields
 * expire has a form of Redis 7.4: the earliest time, and with each field its time from there plus 1, or 0. Stateless.
 */
final class HashCodec implements ValueCodec<HashValue> {
    private static final int PAIRS = 4;
    private static final int ZIPMAP = 9;
    private static final int ZIPLIST = 13;
    private static final int LISTPACK = 16;
    private static final int PAIRS_WITH_TIMES = 24;
    private static final int LISTPACK_WITH_TIMES = 25;
    private static final int TRIPLE = 3;

    @Override
    public DataType dataType() {
        return DataType.HASH;
    }

    @Override
    public List<Integer> types() {
        return List.of(PAIRS, ZIPMAP, ZIPLIST, LISTPACK, PAIRS_WITH_TIMES, LISTPACK_WITH_TIMES);
    }

    @Override
    public HashValue read(int type, RdbReader in) throws RdbFormatException {
        return switch (type) {
            case PAIRS -> readPairs(in);
            case ZIPMAP -> fromElements(Ziplist.readZipmap(in.readStringBytes()));
            case ZIPLIST -> fromElements(Ziplist.read(in.readStringBytes()));
            case LISTPACK -> fromListpack(in.readListpack());
            case PAIRS_WITH_TIMES -> readPairsWithTimes(in);
            default -> readTriples(in);
        };
    }

    private static HashValue readPairs(RdbReader in) throws RdbFormatException {
        HashValue hash = new HashValue();
        for (int left = in.readCount(); left > 0; left--) {
            if (!hash.put(in.readStringBytes(), in.readStringBytes(), Limits.DEFAULT)) {
                throw repeated();
            }
        }
        return hash;
    }

    private static HashValue fromElements(List<byte[]> elements) throws RdbFormatException {
        if (elements.size() % 2 != 0) {
            throw new RdbFormatException("field without a value");
        }
        HashValue hash = new HashValue();
        for (int i = 0; i < elements.size(); i += 2) {
            if (!hash.put(elements.get(i), elements.get(i + 1), Limits.DEFAULT)) {
                throw repeated();
            }
        }
        return hash;
    }

    private static HashValue fromListpack(Listpack pack) throws RdbFormatException {
        if (pack.count() % 2 != 0) {
            throw new RdbFormatException("field without a value");
        }
        if (ValueCodecs.hasRepeated(pack, 2)) {
            throw repeated();
        }
        return new HashValue(pack);
    }

    private static HashValue readPairsWithTimes(RdbReader in) throws RdbFormatException {
        long earliestMs = in.readLittleEndian(Long.BYTES);
        HashValue hash = new HashValue();
        for (int left = in.readCount(); left > 0; left--) {
            long time = in.readLength();
            byte[] field = in.readStringBytes();
            put(hash, field, in.readStringBytes(), time == 0 ? 0 : earliestMs + time - 1);
        }
        return hash;
    }

    /** A listpack of fields, values and times in turn, behind the earliest time. */
    private static HashValue readTriples(RdbReader in) throws RdbFormatException {
        in.readLittleEndian(Long.BYTES);
        Listpack pack = in.readListpack();
        if (pack.count() % TRIPLE != 0) {
            throw new RdbFormatException("field without a value or a time");
        }
        HashValue hash = new HashValue();
        for (int at = pack.first(); at != Listpack.NONE; ) {
            int valueAt = pack.next(at);
            int timeAt = pack.next(valueAt);
            if (!pack.isLong(timeAt)) {
                throw new RdbFormatException("time of a field that is no number");
            }
            put(hash, pack.get(at), pack.get(valueAt), pack.toLong(timeAt));
            at = pack.next(timeAt);
        }
        return hash;
    }

    private static void put(HashValue hash, byte[] field, byte[] value, long expireAtMs) throws RdbFormatException {
        if (!hash.put(field, value, Limits.DEFAULT)) {
            throw repeated();
        }
        if (expireAtMs < 0) {
            throw new RdbFormatException("negative time of a field");
        }
        if (expireAtMs > 0) {
            hash.expireAt(field, expireAtMs);
        }
    }

    private static RdbFormatException repeated() {
        return new RdbFormatException("field repeated");
    }

    @Override
    public int typeOf(HashValue value) {
        if (value.earliestExpiryMs() != Long.MAX_VALUE) {
            return PAIRS_WITH_TIMES;
        }
        return value.pack() != null ? LISTPACK : PAIRS;
    }

    @Override
    public void write(HashValue value, RdbWriter out) {
        long earliestMs = value.earliestExpiryMs();
        boolean withTimes = earliestMs != Long.MAX_VALUE;
        Listpack pack = value.pack();
        if (pack != null && !withTimes) {
            out.writeListpack(pack);
            return;
        }
        if (withTimes) {
            out.writeLittleEndian(earliestMs, Long.BYTES);
        }
        out.writeLength(value.size());
        value.forEach((field, content) -> {
            if (withTimes) {
                long atMs = value.expiryOf(field);
                out.writeLength(atMs == HashValue.NO_EXPIRY ? 0 : atMs - earliestMs + 1);
            }
            out.writeString(field);
            out.writeString(content);
        });
    }
}
