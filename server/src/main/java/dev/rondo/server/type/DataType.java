package dev.rondo.server.type;

/** The types a key can have, by the name that TYPE answers. */
public enum DataType {
    STRING("string"),
    LIST("list"),
    SET("set"),
    ZSET("zset"),
    HASH("hash"),
    STREAM("stream");

    private final String redisName;

    DataType(String redisName) {
        this.redisName = redisName;
    }

    public String redisName() {
        return redisName;
    }

    /** The type of the value of an entry. */
    public static DataType of(Object value) {
        return value instanceof Value collection ? collection.type() : STRING;
    }

    /** Redis's name of the form in which the value of an entry is held, as OBJECT ENCODING answers it. */
    public static String encoding(Object value) {
        return value instanceof Value collection ? collection.encoding() : StringValue.encoding(value);
    }

    /** A copy that later changes of the value of an entry do not reach. */
    public static Object copy(Object value) {
        return value instanceof Value collection ? collection.copy() : StringValue.copy(value);
    }
}
