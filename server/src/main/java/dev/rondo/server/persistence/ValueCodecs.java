package dev.rondo.server.persistence;

import dev.rondo.server.type.DataType;
import dev.rondo.server.type.HashTable;
import dev.rondo.server.type.Listpack;
import dev.rondo.server.type.Value;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every {@link ValueCodec}, by the type byte and by the data type. Pure functions. */
final class ValueCodecs {
    private static final List<ValueCodec<?>> ALL =
            List.of(new ListCodec(), new HashCodec(), new SetCodec(), new SortedSetCodec(), new StreamCodec());
    private static final Map<Integer, ValueCodec<?>> BY_TYPE = new HashMap<>();
    private static final Map<DataType, ValueCodec<?>> BY_DATA_TYPE = new EnumMap<>(DataType.class);

    static {
        for (ValueCodec<?> codec : ALL) {
            BY_DATA_TYPE.put(codec.dataType(), codec);
            codec.types().forEach(type -> BY_TYPE.put(type, codec));
        }
    }

    private ValueCodecs() {}

    static Value read(int type, RdbReader in) throws RdbFormatException {
        ValueCodec<?> codec = BY_TYPE.get(type);
        if (codec == null) {
            throw new RdbFormatException("unknown type " + type);
        }
        Value value = codec.read(type, in);
        if (value.size() == 0 && value.type() != DataType.STREAM) {
            throw new RdbFormatException("empty " + value.type().redisName());
        }
        return value;
    }

    /** Whether an element of the listpack stands there twice, of the first and every {@code step}th behind it. */
    static boolean hasRepeated(Listpack pack, int step) {
        HashTable<Seen> seen = new HashTable<>();
        int index = 0;
        for (int at = pack.first(); at != Listpack.NONE; at = pack.next(at)) {
            if (index++ % step == 0) {
                byte[] element = pack.get(at);
                if (seen.find(element) != null) {
                    return true;
                }
                seen.add(new Seen(element));
            }
        }
        return false;
    }

    private static final class Seen extends HashTable.Node<Seen> {
        Seen(byte[] element) {
            super(element);
        }
    }

    static int typeOf(Value value) {
        return codecOf(value).typeOf(value);
    }

    static void write(Value value, RdbWriter out) {
        codecOf(value).write(value, out);
    }

    @SuppressWarnings("unchecked") // a codec writes the values of its data type, which are of its class
    private static ValueCodec<Value> codecOf(Value value) {
        ValueCodec<?> codec = BY_DATA_TYPE.get(value.type());
        if (codec == null) {
            throw new IllegalArgumentException("no RDB form of " + value.type());
        }
        return (ValueCodec<Value>) codec;
    }
}
