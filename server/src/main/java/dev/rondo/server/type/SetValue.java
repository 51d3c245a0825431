package dev.rondo.server.type;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A set of strings. Integers alone are an {@link IntSet} up to a limit, other small sets a {@link Listpack} of members,
 * the rest a table. One of the three is present.
 */
public final class SetValue extends Value {
    private static final class Member extends HashTable.Node<Member> {
        Member(byte[] member, int hash) {
            super(member, hash);
        }

        long footprintBytes() {
            return MEMBER_BYTES + ObjectSize.ofArray(key().length);
        }
    }

    private static final long MEMBER_BYTES = ObjectSize.ofNode(0);
    private static final long OBJECT_BYTES =
            ObjectSize.of(3 * ObjectSize.REFERENCE + 2 * 8) + ObjectSize.of(4 * ObjectSize.REFERENCE);

    private @Nullable IntSet integers;
    private @Nullable Listpack pack;
    private @Nullable HashTable<Member> table;
    private long tableBytes; // of the members in the table

    /** An empty set in the form for integers. */
    public SetValue() {
        this(new IntSet());
    }

    public SetValue(IntSet integers) {
        this.integers = integers;
    }

    /** A set of these members, each there once. */
    public SetValue(Listpack pack) {
        this.pack = pack;
    }

    /**
     * An empty set in the form that Redis chooses when so many members are to be added, the first of which is given.
     */
    public static SetValue expecting(byte[] first, long members, Limits limits) {
        SetValue set = new SetValue();
        if (!Ascii.isLong(first) || members > limits.intsetEntries()) {
            set.integers = null;
            set.pack = new Listpack();
        }
        set.expect(members, limits);
        return set;
    }

    /** Takes the form of a large set at once when so many members are going to be added. */
    public void expect(long members, Limits limits) {
        if (integers != null && members > limits.intsetEntries() || pack != null && members > limits.setEntries()) {
            toTable();
        }
    }

    @Override
    public DataType type() {
        return DataType.SET;
    }

    @Override
    public String encoding() {
        if (integers != null) {
            return "intset";
        }
        return pack != null ? "listpack" : "hashtable";
    }

    @Override
    public long size() {
        if (integers != null) {
            return integers.size();
        }
        return pack != null ? pack.count() : table().size();
    }

    private HashTable<Member> table() {
        assert table != null;
        return table;
    }

    // ---- single members ----

    public boolean contains(byte[] member) {
        if (integers != null) {
            return Ascii.isLong(member) && integers.contains(Ascii.toLong(member));
        }
        return pack != null ? pack.find(member) != Listpack.NONE : table().find(member) != null;
    }

    /** Adds a member and returns whether it is new. The caller gives the array away. */
    public boolean add(byte[] member, Limits limits) {
        if (integers != null) {
            return addToIntegers(integers, member, limits);
        }
        if (pack == null) {
            return addToTable(member);
        }
        if (pack.find(member) != Listpack.NONE) {
            return false;
        }
        if (pack.count() < limits.setEntries() && member.length <= limits.setValueBytes()) {
            pack.append(member);
        } else {
            toTable();
            addToTable(member);
        }
        return true;
    }

    private boolean addToIntegers(IntSet present, byte[] member, Limits limits) {
        if (Ascii.isLong(member)) {
            boolean added = present.add(Ascii.toLong(member));
            if (added && present.size() > limits.intsetEntries()) {
                toTable();
            }
            return added;
        }
        if (present.size() < limits.setEntries()
                && member.length <= limits.setValueBytes()
                && longest(present) <= limits.setValueBytes()) {
            Listpack members = new Listpack();
            forEach(members::append);
            members.append(member);
            pack = members;
            integers = null;
        } else {
            toTable();
            addToTable(member);
        }
        return true;
    }

    private static int longest(IntSet integers) {
        return integers.size() == 0
                ? 0
                : Math.max(Ascii.length(integers.get(0)), Ascii.length(integers.get(integers.size() - 1)));
    }

    private boolean addToTable(byte[] member) {
        int hash = HashTable.hash(member);
        if (table().find(member, hash) != null) {
            return false;
        }
        addTo(table(), member, hash);
        return true;
    }

    private void addTo(HashTable<Member> members, byte[] bytes, int hash) {
        Member member = new Member(bytes, hash);
        members.add(member);
        tableBytes += member.footprintBytes();
    }

    /** Removes a member and returns whether it was there. */
    public boolean remove(byte[] member) {
        if (integers != null) {
            return Ascii.isLong(member) && integers.remove(Ascii.toLong(member));
        }
        if (pack == null) {
            Member removed = table().remove(member);
            tableBytes -= removed == null ? 0 : removed.footprintBytes();
            return removed != null;
        }
        int at = pack.find(member);
        if (at != Listpack.NONE) {
            pack.remove(at, 1);
        }
        return at != Listpack.NONE;
    }

    // ---- all members ----

    /** Visits every member; the set must not change. */
    public void forEach(Consumer<byte[]> visitor) {
        if (integers != null) {
            for (int i = 0; i < integers.size(); i++) {
                visitor.accept(Ascii.decimal(integers.get(i)));
            }
        } else if (pack != null) {
            for (int at = pack.first(); at != Listpack.NONE; at = pack.next(at)) {
                visitor.accept(pack.get(at));
            }
        } else {
            table().forEach(member -> visitor.accept(member.key()));
        }
    }

    /** Visits members from {@code cursor} on and returns the next cursor, 0 at the end; see {@link HashTable#scan}. */
    public long scan(long cursor, Consumer<byte[]> visitor) {
        if (table != null) {
            return table.scan(cursor, member -> visitor.accept(member.key()));
        }
        forEach(visitor);
        return 0;
    }

    /** The members in a list. */
    public List<byte[]> members() {
        List<byte[]> members = new ArrayList<>((int) size());
        forEach(members::add);
        return members;
    }

    /** A member chosen at random; the set must not be empty. */
    public byte[] random(RandomGenerator random) {
        if (integers != null) {
            return Ascii.decimal(integers.get(random.nextInt(integers.size())));
        }
        if (pack != null) {
            return pack.get(pack.seek(random.nextInt(pack.count())));
        }
        Member member = table().random(random);
        if (member == null) {
            throw new IllegalStateException("empty set");
        }
        return member.key();
    }

    /** Chooses members at random, one each time it is asked; the set must not be empty, nor change meanwhile. */
    public Supplier<byte[]> picker(RandomGenerator random) {
        return pack != null ? Sampling.picker(members(), random) : () -> random(random);
    }

    /** So many different members chosen at random, or all if there are fewer. */
    public List<byte[]> sample(long count, RandomGenerator random) {
        if (integers != null && count < size()) { // whose members are no objects that could be told apart
            IntSet present = integers;
            List<Integer> ranks = new ArrayList<>(present.size());
            for (int i = 0; i < present.size(); i++) {
                ranks.add(i);
            }
            return Sampling.distinct(
                            present.size(), count, () -> ranks, () -> ranks.get(random.nextInt(ranks.size())), random)
                    .stream()
                    .map(rank -> Ascii.decimal(present.get(rank)))
                    .toList();
        }
        if (table == null) {
            List<byte[]> members = members();
            return Sampling.distinct(members.size(), count, () -> members, Sampling.picker(members, random), random);
        }
        return Sampling.distinct(table.size(), count, this::members, () -> random(random), random);
    }

    // ---- forms ----

    /** The integers that the set consists of, null when it has another form. Not to be changed. */
    public @Nullable IntSet integers() {
        return integers;
    }

    private void toTable() {
        HashTable<Member> filled = new HashTable<>();
        forEach(member -> addTo(filled, member, HashTable.hash(member)));
        table = filled;
        integers = null;
        pack = null;
    }

    @Override
    public void fit(Limits limits) {
        boolean tooLarge = integers != null && integers.size() > limits.intsetEntries()
                || pack != null && (pack.count() > limits.setEntries() || longest(pack) > limits.setValueBytes());
        if (tooLarge) {
            toTable();
        }
    }

    private static int longest(Listpack pack) {
        int longest = 0;
        for (int at = pack.first(); at != Listpack.NONE; at = pack.next(at)) {
            longest = Math.max(longest, pack.length(at));
        }
        return longest;
    }

    @Override
    public SetValue copy() {
        if (integers != null) {
            return new SetValue(integers.copy());
        }
        if (pack != null) {
            return new SetValue(pack.copy());
        }
        SetValue copy = new SetValue();
        copy.toTable();
        forEach(copy::addToTable);
        return copy;
    }

    @Override
    public long footprintBytes() {
        if (integers != null) {
            return OBJECT_BYTES + ObjectSize.ofArray((long) Long.BYTES * integers.capacity());
        }
        if (pack != null) {
            return OBJECT_BYTES + ObjectSize.ofArray(pack.allocatedBytes());
        }
        return OBJECT_BYTES + tableBytes;
    }
}
