package dev.rondo.server.type;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A hash: fields with values. Small ones are a {@link Listpack} of fields and values in turn, others a table. Fields
 * may have an expiry; one whose time is over is there until it is removed, so readers ask {@link #isExpired} or
 * read what is {@link #live}.
 */
public final class HashValue extends Value {
    /** The expiry of a field that has none. */
    public static final long NO_EXPIRY = -1;

    /** Told the fields and values of a hash. */
    @FunctionalInterface
    public interface Visitor {
        void visit(byte[] field, byte[] value);
    }

    /** A field with its value. */
    public record Pair(byte[] field, byte[] value) {}

    private static final class Field extends HashTable.Node<Field> {
        byte[] value;

        Field(byte[] name, int hash, byte[] value) {
            super(name, hash);
            this.value = value;
        }

        long footprintBytes() {
            return FIELD_BYTES + ObjectSize.ofArray(key().length) + ObjectSize.ofArray(value.length);
        }
    }

    /** Under these a hash keeps its form. */
    private static final Limits ANY_SIZE = new Limits(Long.MAX_VALUE, Long.MAX_VALUE, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static final int PAIR = 2;
    private static final long FIELD_BYTES = ObjectSize.ofNode(ObjectSize.REFERENCE);
    private static final long OBJECT_BYTES =
            ObjectSize.of(3 * ObjectSize.REFERENCE + 2 * 8) + ObjectSize.of(4 * ObjectSize.REFERENCE);

    private @Nullable Listpack pack; // null once there is a table
    private @Nullable HashTable<Field> table;
    private long tableBytes; // of the fields in the table
    private @Nullable FieldExpiries expiries; // null while no field has one

    /** An empty hash in the compact form. */
    public HashValue() {
        this(new Listpack());
    }

    /** A hash in the compact form: fields, each once, and values in turn. */
    public HashValue(Listpack pack) {
        this.pack = pack;
    }

    @Override
    public DataType type() {
        return DataType.HASH;
    }

    @Override
    public String encoding() {
        if (pack == null) {
            return "hashtable";
        }
        return expiries == null ? "listpack" : "listpackex";
    }

    @Override
    public long size() {
        return pack != null ? pack.count() / PAIR : table().size();
    }

    private HashTable<Field> table() {
        assert table != null;
        return table;
    }

    // ---- single fields ----

    /** The value, null when there is no such field. */
    public byte @Nullable [] get(byte[] field) {
        if (pack != null) {
            int at = pack.find(field, PAIR);
            return at == Listpack.NONE ? null : pack.get(pack.next(at));
        }
        Field found = table().find(field);
        return found == null ? null : found.value;
    }

    public boolean contains(byte[] field) {
        return pack != null ? pack.find(field, PAIR) != Listpack.NONE : table().find(field) != null;
    }

    /** The length of the value, 0 when there is no such field. */
    public int valueLength(byte[] field) {
        if (pack != null) {
            int at = pack.find(field, PAIR);
            return at == Listpack.NONE ? 0 : pack.length(pack.next(at));
        }
        Field found = table().find(field);
        return found == null ? 0 : found.value.length;
    }

    /** Sets a field, which then has no expiry, and returns whether it is new. The caller gives the arrays away. */
    public boolean put(byte[] field, byte[] value, Limits limits) {
        boolean added = change(field, value, limits);
        if (!added) {
            persist(field);
        }
        return added;
    }

    /** As {@link #put}, but the expiry of the field stays. */
    public boolean change(byte[] field, byte[] value, Limits limits) {
        if (pack != null && (field.length > limits.hashValueBytes() || value.length > limits.hashValueBytes())) {
            toTable();
        }
        if (pack == null) {
            return putIntoTable(field, value);
        }
        int at = pack.find(field, PAIR);
        if (at != Listpack.NONE) {
            pack.replace(pack.next(at), value);
            return false;
        }
        pack.append(field);
        pack.append(value);
        if (size() > limits.hashEntries()) {
            toTable();
        }
        return true;
    }

    private boolean putIntoTable(byte[] name, byte[] value) {
        int hash = HashTable.hash(name);
        Field present = table().find(name, hash);
        if (present != null) {
            tableBytes += ObjectSize.ofArray(value.length) - ObjectSize.ofArray(present.value.length);
            present.value = value;
            return false;
        }
        addTo(table(), name, hash, value);
        return true;
    }

    private void addTo(HashTable<Field> fields, byte[] name, int hash, byte[] value) {
        Field field = new Field(name, hash, value);
        fields.add(field);
        tableBytes += field.footprintBytes();
    }

    /** Removes a field and returns whether there was one. */
    public boolean remove(byte[] field) {
        persist(field);
        if (pack == null) {
            Field removed = table().remove(field);
            tableBytes -= removed == null ? 0 : removed.footprintBytes();
            return removed != null;
        }
        int at = pack.find(field, PAIR);
        if (at != Listpack.NONE) {
            pack.remove(at, PAIR);
        }
        return at != Listpack.NONE;
    }

    // ---- expiry ----

    /** When the field expires, a Unix time in milliseconds; {@link #NO_EXPIRY} if it doesn't. */
    public long expiryOf(byte[] field) {
        return expiries == null ? NO_EXPIRY : expiries.get(field);
    }

    /** Sets when a field that is there expires. The caller gives the array away. */
    public void expireAt(byte[] field, long atMs) {
        if (expiries == null) {
            expiries = new FieldExpiries();
        }
        expiries.put(field, atMs);
    }

    /** Takes a field's expiry away and returns whether it had one. */
    public boolean persist(byte[] field) {
        boolean removed = expiries != null && expiries.remove(field);
        if (removed && expiries != null && expiries.size() == 0) {
            expiries = null;
        }
        return removed;
    }

    @Override
    public long earliestExpiryMs() {
        return expiries == null ? Long.MAX_VALUE : expiries.earliestMs();
    }

    /** Whether the field's time is over at {@code nowMs}. */
    public boolean isExpired(byte[] field, long nowMs) {
        return earliestExpiryMs() < nowMs && expiryOf(field) != NO_EXPIRY && expiryOf(field) < nowMs;
    }

    /** How many fields are there whose time is not over at {@code nowMs}. */
    public long liveSize(long nowMs) {
        return expiries == null ? size() : size() - expiries.before(nowMs);
    }

    /** The hash without the fields whose time is over at {@code nowMs}: itself, or a copy where there are some. */
    public HashValue live(long nowMs) {
        if (earliestExpiryMs() >= nowMs) {
            return this;
        }
        HashValue live = new HashValue();
        if (pack == null) {
            live.toTable();
        }
        forEach((field, value) -> {
            if (!isExpired(field, nowMs)) {
                live.change(field, value, ANY_SIZE);
            }
        });
        return live;
    }

    /** Removes fields whose time is over at {@code nowMs}, so many at most, and returns them. */
    public List<byte[]> removeExpired(long nowMs, int most) {
        List<byte[]> removed = new ArrayList<>();
        while (expiries != null && expiries.earliestMs() < nowMs && removed.size() < most) {
            byte[] field = expiries.earliest();
            remove(field);
            removed.add(field);
        }
        return removed;
    }

    // ---- all fields ----

    /** Visits every field; the hash must not change. */
    public void forEach(Visitor visitor) {
        if (pack == null) {
            table().forEach(field -> visitor.visit(field.key(), field.value));
            return;
        }
        for (int at = pack.first(); at != Listpack.NONE; ) {
            int valueAt = pack.next(at);
            visitor.visit(pack.get(at), pack.get(valueAt));
            at = pack.next(valueAt);
        }
    }

    /** Visits fields from {@code cursor} on and returns the next cursor, 0 at the end; see {@link HashTable#scan}. */
    public long scan(long cursor, Visitor visitor) {
        if (pack == null) {
            return table().scan(cursor, field -> visitor.visit(field.key(), field.value));
        }
        forEach(visitor);
        return 0;
    }

    /** Chooses fields at random, one each time it is asked; the hash must not be empty, nor change meanwhile. */
    public Supplier<Pair> picker(RandomGenerator random) {
        return pack != null ? Sampling.picker(pairs(), random) : () -> pair(randomField(random));
    }

    /** A field chosen at random; the hash must not be empty. */
    public Pair random(RandomGenerator random) {
        if (pack == null) {
            return pair(randomField(random));
        }
        int at = pack.seek((long) PAIR * random.nextInt(pack.count() / PAIR));
        return new Pair(pack.get(at), pack.get(pack.next(at)));
    }

    /** So many different fields chosen at random, or all if there are fewer. */
    public List<Pair> sample(long count, RandomGenerator random) {
        if (pack != null) {
            return Sampling.distinct((int) size(), count, this::pairs, () -> random(random), random);
        }
        List<Field> fields =
                Sampling.distinct(table().size(), count, () -> list(table()), () -> randomField(random), random);
        return fields.stream().map(HashValue::pair).toList();
    }

    private static List<Field> list(HashTable<Field> table) {
        List<Field> fields = new ArrayList<>(table.size());
        table.forEach(fields::add);
        return fields;
    }

    private List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>((int) size());
        forEach((field, value) -> pairs.add(new Pair(field, value)));
        return pairs;
    }

    private Field randomField(RandomGenerator random) {
        Field chosen = table().random(random);
        if (chosen == null) {
            throw new IllegalStateException("empty hash");
        }
        return chosen;
    }

    private static Pair pair(Field field) {
        return new Pair(field.key(), field.value);
    }

    // ---- forms ----

    /** The listpack that the hash consists of, null when it has outgrown it. Not to be changed. */
    public @Nullable Listpack pack() {
        return pack;
    }

    private void toTable() {
        HashTable<Field> filled = new HashTable<>();
        forEach((field, value) -> addTo(filled, field, HashTable.hash(field), value));
        table = filled;
        pack = null;
    }

    @Override
    public void fit(Limits limits) {
        if (pack != null && !fits(limits)) {
            toTable();
        }
    }

    private boolean fits(Limits limits) {
        boolean[] fits = {size() <= limits.hashEntries()};
        if (fits[0]) {
            forEach((field, value) ->
                    fits[0] &= field.length <= limits.hashValueBytes() && value.length <= limits.hashValueBytes());
        }
        return fits[0];
    }

    @Override
    public HashValue copy() {
        HashValue copy = new HashValue();
        if (pack != null) {
            copy.pack = pack.copy();
        } else {
            copy.toTable();
            forEach((field, value) -> copy.addTo(copy.table(), field, HashTable.hash(field), value));
        }
        copy.expiries = expiries == null ? null : expiries.copy();
        return copy;
    }

    @Override
    public long footprintBytes() {
        long fixed = OBJECT_BYTES + (expiries == null ? 0 : expiries.footprintBytes());
        if (pack != null) {
            return fixed + ObjectSize.ofArray(pack.allocatedBytes());
        }
        return fixed + tableBytes;
    }
}
