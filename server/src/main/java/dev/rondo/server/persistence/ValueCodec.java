package dev.rondo.server.persistence;

import dev.rondo.server.type.DataType;
import dev.rondo.server.type.Value;
import java.util.List;

/**
 * The forms of one data type in the RDB format: reads every form that a Redis writes, and writes one that Redis 7.0
 * reads. Stateless.
 *
 * @param <V> the class of its values
 */
interface ValueCodec<V extends Value> {
    /** The data type whose values it writes. */
    DataType dataType();

    /** The type bytes that it reads. */
    List<Integer> types();

    /**
     * Reads a value of one of the {@link #types}, in the form it was written in or the one that default limits ask for.
     */
    V read(int type, RdbReader in) throws RdbFormatException;

    /** The type byte in front of what {@link #write} writes. */
    int typeOf(V value);

    void write(V value, RdbWriter out);
}
