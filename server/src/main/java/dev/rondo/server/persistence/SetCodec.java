package dev.rondo.server.persistence;

import dev.rondo.server.type.DataType;
import dev.rondo.server.type.IntSet;
import dev.rondo.server.type.Limits;
import dev.rondo.server.type.Listpack;
import dev.rondo.server.type.SetValue;
import java.util.List;

/** The forms of a set: strings, or one string that is a sorted array of integers or a listpack. Stateless. */
final class SetCodec implements ValueCodec<SetValue> {
    private static final int MEMBERS = 2;
    private static final int INTSET = 11;
    private static final int LISTPACK = 20; // since Redis 7.2, so it is read and not written
    private static final int INTSET_HEADER_BYTES = 8;

    @Override
    public DataType dataType() {
        return DataType.SET;
    }

    @Override
    public List<Integer> types() {
        return List.of(MEMBERS, INTSET, LISTPACK);
    }

    @Override
    public SetValue read(int type, RdbReader in) throws RdbFormatException {
        return switch (type) {
            case MEMBERS -> readMembers(in);
            case INTSET -> new SetValue(readIntegers(in.readStringBytes()));
            default -> fromListpack(in.readListpack());
        };
    }

    private static SetValue readMembers(RdbReader in) throws RdbFormatException {
        SetValue set = new SetValue();
        for (int left = in.readCount(); left > 0; left--) {
            if (!set.add(in.readStringBytes(), Limits.DEFAULT)) {
                throw repeated();
            }
        }
        return set;
    }

    private static IntSet readIntegers(byte[] bytes) throws RdbFormatException {
        RdbReader in = new RdbReader(bytes, 0, bytes.length);
        long width = in.readLittleEndian(Integer.BYTES);
        long count = in.readLittleEndian(Integer.BYTES) & 0xffff_ffffL;
        boolean known = width == Short.BYTES || width == Integer.BYTES || width == Long.BYTES;
        if (!known || count * width != bytes.length - INTSET_HEADER_BYTES) {
            throw new RdbFormatException("damaged intset");
        }
        long[] values = new long[(int) count];
        for (int i = 0; i < count; i++) {
            values[i] = in.readLittleEndian((int) width);
            if (i > 0 && values[i - 1] >= values[i]) {
                throw new RdbFormatException("intset out of order");
            }
        }
        return IntSet.ofSorted(values);
    }

    private static SetValue fromListpack(Listpack pack) throws RdbFormatException {
        if (ValueCodecs.hasRepeated(pack, 1)) {
            throw repeated();
        }
        return new SetValue(pack);
    }

    private static RdbFormatException repeated() {
        return new RdbFormatException("member repeated");
    }

    @Override
    public int typeOf(SetValue value) {
        return value.integers() != null ? INTSET : MEMBERS;
    }

    @Override
    public void write(SetValue value, RdbWriter out) {
        IntSet integers = value.integers();
        if (integers != null) {
            out.writeString(bytes(integers));
            return;
        }
        out.writeLength(value.size());
        value.forEach(out::writeString);
    }

    /** The width in bytes, the count, the numbers: the narrowest width that takes the least and the greatest. */
    private static byte[] bytes(IntSet integers) {
        long least = integers.get(0);
        long greatest = integers.get(integers.size() - 1);
        int width = Long.BYTES;
        if (least == (short) least && greatest == (short) greatest) {
            width = Short.BYTES;
        } else if (least == (int) least && greatest == (int) greatest) {
            width = Integer.BYTES;
        }
        RdbWriter out = new RdbWriter(INTSET_HEADER_BYTES + width * integers.size());
        out.writeLittleEndian(width, Integer.BYTES);
        out.writeLittleEndian(integers.size(), Integer.BYTES);
        for (int i = 0; i < integers.size(); i++) {
            out.writeLittleEndian(integers.get(i), width);
        }
        return out.toByteArray();
    }
}
