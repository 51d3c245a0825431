package dev.rondo.server.persistence;

import dev.rondo.server.type.DataType;
import dev.rondo.server.type.Limits;
import dev.rondo.server.type.ListValue;
import dev.rondo.server.type.Listpack;
import java.util.List;

/**
 * The forms of a list: strings, one ziplist, a number of ziplists, or a number of nodes, each a listpack or a single
 * large element. Stateless.
 */
final class ListCodec implements ValueCodec<ListValue> {
    private static final int STRINGS = 1;
    private static final int ZIPLIST = 10;
    private static final int ZIPLISTS = 14;
    private static final int NODES = 18;

    private static final int PLAIN = 1;
    private static final int PACKED = 2;

    @Override
    public DataType dataType() {
        return DataType.LIST;
    }

    @Override
    public List<Integer> types() {
        return List.of(STRINGS, ZIPLIST, ZIPLISTS, NODES);
    }

    @Override
    public ListValue read(int type, RdbReader in) throws RdbFormatException {
        ListValue list = new ListValue();
        switch (type) {
            case STRINGS -> {
                for (int left = in.readCount(); left > 0; left--) {
                    list.addLast(in.readStringBytes(), Limits.DEFAULT);
                }
            }
            case ZIPLIST -> addAll(list, Ziplist.read(in.readStringBytes()));
            case ZIPLISTS -> {
                for (int left = in.readCount(); left > 0; left--) {
                    addAll(list, Ziplist.read(in.readStringBytes()));
                }
            }
            default -> {
                for (int left = in.readCount(); left > 0; left--) {
                    list.addNode(readNode(in));
                }
                list.fit(Limits.DEFAULT);
            }
        }
        return list;
    }

    private static void addAll(ListValue list, List<byte[]> elements) {
        elements.forEach(element -> list.addLast(element, Limits.DEFAULT));
    }

    private static Listpack readNode(RdbReader in) throws RdbFormatException {
        long container = in.readLength();
        if (container == PACKED) {
            return in.readListpack();
        }
        if (container != PLAIN) {
            throw new RdbFormatException("unknown form of a list's node " + container);
        }
        Listpack node = new Listpack();
        node.append(in.readStringBytes());
        return node;
    }

    @Override
    public int typeOf(ListValue value) {
        return NODES;
    }

    @Override
    public void write(ListValue value, RdbWriter out) {
        out.writeLength(value.nodes());
        for (int i = 0; i < value.nodes(); i++) {
            Listpack node = value.node(i);
            if (ListValue.isLarge(node)) {
                out.writeLength(PLAIN);
                out.writeString(node.get(node.first()));
            } else {
                out.writeLength(PACKED);
                out.writeListpack(node);
            }
        }
    }
}
