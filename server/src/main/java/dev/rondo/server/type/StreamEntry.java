package dev.rondo.server.type;

/** An entry where it lies in its stream; valid until the stream changes. */
public final class StreamEntry {
    private final StreamNode node;
    private final int at;

    StreamEntry(StreamNode node, int at) {
        this.node = node;
        this.at = at;
    }

    public StreamId id() {
        return node.id(at);
    }

    /** The number of its fields. */
    public int fields() {
        return node.fields(at);
    }

    /** Hands its fields and values in turn to the visitor. */
    public void forEach(ListValue.Visitor visitor) {
        node.forEach(at, visitor);
    }
}
