package dev.rondo.server.command;

import dev.rondo.server.security.ChannelUse;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of one command (or subcommand): what every gate of the {@link Dispatcher}, COMMAND and the ACL need
 * to know of it, and the method that runs it. Immutable once it is in the {@link CommandTable}.
 */
public final class CommandSpec {
    /** The method that runs a command: it reads its arguments from the call and writes one reply. */
    @FunctionalInterface
    public interface Body {
        void run(Call call);
    }

    /** Which threads run a command. */
    enum Lane {
        /** The event loop of the client that sends it. */
        EVENT_LOOP,
        /** Those that run scripts. */
        SCRIPTS,
        /** The one that has the libraries of functions, and runs scripts as well. */
        FUNCTIONS
    }

    private final String name;
    private final String fullName;
    private final int arity;
    private int flags;
    private final Set<Category> categories = EnumSet.noneOf(Category.class);
    private final List<KeySpec> keySpecs = new ArrayList<>(1);
    private @Nullable Function<byte[][], byte[] @Nullable []> keyFinder;
    private @Nullable Function<byte[][], List<String>> keyFlags;
    private ChannelUse channelUse = ChannelUse.NONE;
    private final List<String> tips = new ArrayList<>(0);
    private final Map<String, CommandSpec> subcommands = new LinkedHashMap<>(0);
    private boolean wholeKeyspace;
    private @Nullable ToIntFunction<byte[][]> otherDatabase;
    private Predicate<byte[][]> reachesAnyKey = arguments -> false;
    private int[] databaseArguments = {};
    private boolean runsInTransactionState;
    private Lane lane = Lane.EVENT_LOOP;
    private int id = -1;
    private Body body = call -> {
        throw new IllegalStateException("no body");
    };

    private CommandSpec(String name, String fullName, int arity) {
        this.name = name;
        this.fullName = fullName;
        this.arity = arity;
    }

    /**
     * Starts a declaration.
     *
     * @param name in lower case
     * @param arity the number of arguments, the name included; negative: at least so many
     */
    public static CommandSpec command(String name, int arity) {
        return new CommandSpec(name, name, arity);
    }

    /** Starts the declaration of a subcommand; its arity counts the container's name too. */
    public static CommandSpec subcommand(String container, String name, int arity) {
        return new CommandSpec(name, container + "|" + name, arity);
    }

    public CommandSpec flags(Flag... some) {
        for (Flag flag : some) {
            flags |= flag.bit;
        }
        return this;
    }

    public CommandSpec acl(Category... some) {
        categories.addAll(List.of(some));
        return this;
    }

    /** Adds keys from {@code first} to {@code last} (negative: from the end), every {@code step}th. */
    public CommandSpec keys(int first, int last, int step, String... keyFlags) {
        keySpecs.add(KeySpec.range(first, last, step, keyFlags));
        return this;
    }

    /** Adds keys whose number stands at {@code countAt} and which follow it. */
    public CommandSpec countedKeys(int countAt, String... keyFlags) {
        keySpecs.add(KeySpec.counted(countAt, keyFlags));
        return this;
    }

    /** Adds a key that stands behind a word, which stands at {@code from} or later if at all. */
    public CommandSpec keyBehind(String keyword, int from, String... keyFlags) {
        keySpecs.add(KeySpec.behind(keyword, from, keyFlags));
        return this;
    }

    /** Adds all arguments behind a word, which stands at {@code from} (negative: from the end) or earlier if at all. */
    public CommandSpec keysBehind(String keyword, int from, String... keyFlags) {
        keySpecs.add(KeySpec.rangeBehind(keyword, from, keyFlags));
        return this;
    }

    /** Adds keys behind a word that stands at {@code from} or later, with as much again behind them. */
    public CommandSpec halfOfThatBehind(String keyword, int from, String... keyFlags) {
        keySpecs.add(KeySpec.halfBehind(keyword, from, keyFlags));
        return this;
    }

    /** Adds keys of which no rule says where they stand: {@link #keyFinder} finds them, if anything can. */
    public CommandSpec unknownKeys(String... keyFlags) {
        keySpecs.add(KeySpec.unknown(keyFlags));
        return this;
    }

    /** Finds the keys where no {@link KeySpec} can say where they are; it returns null for malformed arguments. */
    public CommandSpec keyFinder(Function<byte[][], byte[] @Nullable []> finder) {
        keyFinder = finder;
        return this;
    }

    /** Says what a request does with its keys where that depends on its arguments (key specs with "variable_flags"). */
    public CommandSpec keyFlags(Function<byte[][], List<String>> finder) {
        keyFlags = finder;
        return this;
    }

    /** What the command does with the channels among its arguments. */
    public CommandSpec channels(ChannelUse use) {
        channelUse = use;
        return this;
    }

    /** Command tips, as in COMMAND INFO ("request_policy:all_shards", ...). */
    public CommandSpec tips(String... some) {
        tips.addAll(List.of(some));
        return this;
    }

    /** The command goes through all slots, locking them one by one; a transaction with it locks them all. */
    public CommandSpec wholeKeyspace() {
        wholeKeyspace = true;
        return this;
    }

    /** The command's keys may stand in another database too; it is negative or out of range where there is none. */
    public CommandSpec otherDatabase(ToIntFunction<byte[][]> numberFinder) {
        otherDatabase = numberFinder;
        return this;
    }

    /**
     * With such arguments the command reaches keys that only what it reads will name. On a plain server it then has
     * every slot of its database locked; in a cluster it must not do so.
     */
    public CommandSpec reachesAnyKey(Predicate<byte[][]> when) {
        reachesAnyKey = when;
        return this;
    }

    /** Such arguments number databases, whose slots the command locks. */
    public CommandSpec databases(int... argumentIndexes) {
        databaseArguments = argumentIndexes.clone();
        return this;
    }

    /** The command is executed, not queued, inside MULTI. */
    public CommandSpec notQueued() {
        runsInTransactionState = true;
        return this;
    }

    /** The command runs code of its client, for which no event loop has the time. */
    CommandSpec on(Lane newLane) {
        lane = newLane;
        return this;
    }

    public CommandSpec subcommands(CommandSpec... some) {
        for (CommandSpec sub : some) {
            subcommands.put(sub.name, sub);
        }
        return this;
    }

    /** Ends a declaration. */
    public CommandSpec runs(Body newBody) {
        body = newBody;
        completeCategories();
        return this;
    }

    /** Ends the declaration of a container, which does nothing without a subcommand. */
    public CommandSpec container() {
        completeCategories();
        return this;
    }

    /** The categories that follow from flags, as Redis derives them. */
    private void completeCategories() {
        if (is(Flag.WRITE)) {
            categories.add(Category.WRITE);
        }
        if (is(Flag.READONLY) && !categories.contains(Category.SCRIPTING)) {
            categories.add(Category.READ);
        }
        if (is(Flag.ADMIN)) {
            categories.add(Category.ADMIN);
            categories.add(Category.DANGEROUS);
        }
        if (is(Flag.PUBSUB)) {
            categories.add(Category.PUBSUB);
        }
        if (is(Flag.BLOCKING)) {
            categories.add(Category.BLOCKING);
        }
        categories.add(is(Flag.FAST) ? Category.FAST : Category.SLOW);
    }

    public boolean is(Flag flag) {
        return (flags & flag.bit) != 0;
    }

    public String name() {
        return name;
    }

    /** With the container's name: "config|get". */
    public String fullName() {
        return fullName;
    }

    public int arity() {
        return arity;
    }

    public boolean acceptsArity(int arguments) {
        return arity >= 0 ? arguments == arity : arguments >= -arity;
    }

    public List<Flag> flags() {
        List<Flag> result = new ArrayList<>();
        for (Flag flag : Flag.values()) {
            if (is(flag)) {
                result.add(flag);
            }
        }
        return result;
    }

    public Set<Category> categories() {
        return categories;
    }

    public List<KeySpec> keySpecs() {
        return keySpecs;
    }

    public List<String> tips() {
        return tips;
    }

    public Map<String, CommandSpec> subcommands() {
        return subcommands;
    }

    public boolean isContainer() {
        return !subcommands.isEmpty();
    }

    @Nullable CommandSpec subcommand(byte[] word) {
        return subcommands.get(new String(word, java.nio.charset.StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
    }

    public boolean hasKeys() {
        return !keySpecs.isEmpty() || keyFinder != null;
    }

    /** Whether some keys are more than shard channels. */
    boolean hasRealKeys() {
        return keyFinder != null || keySpecs.stream().anyMatch(spec -> !spec.isNotKey());
    }

    /** The keys that {@link #keyFinder} finds; none where there is no need of it, or it can't tell. */
    byte[][] furtherKeys(byte[][] arguments) {
        byte[][] keys = keyFinder == null ? null : keyFinder.apply(arguments);
        return keys == null ? new byte[0][] : keys;
    }

    boolean hasVariableKeyFlags() {
        return keyFlags != null;
    }

    /** What a request does with the keys that one of the specs finds, in the words of COMMAND INFO. */
    List<String> keyFlags(KeySpec keySpec, byte[][] arguments) {
        return keyFlags == null ? keySpec.flags() : keyFlags.apply(arguments);
    }

    ChannelUse channelUse() {
        return channelUse;
    }

    /** Whether the keys are shard channels of pub/sub, which only look like keys. */
    boolean isOnShardChannels() {
        return keyFinder == null && keySpecs.size() == 1 && keySpecs.get(0).isNotKey();
    }

    /** The keys among the arguments; null when the arguments don't allow to tell. */
    public byte @Nullable [][] keys(byte[][] arguments) {
        return keyFinder != null ? keyFinder.apply(arguments) : keysOfSpecs(arguments);
    }

    /** The keys that COMMAND GETKEYS names: all that the key specs do, where these can say it. */
    byte @Nullable [][] documentedKeys(byte[][] arguments) {
        return keySpecs.stream().anyMatch(KeySpec::isIncomplete) ? keys(arguments) : keysOfSpecs(arguments);
    }

    private byte @Nullable [][] keysOfSpecs(byte[][] arguments) {
        if (keySpecs.size() == 1) {
            return keySpecs.get(0).keys(arguments);
        }
        List<byte[]> all = new ArrayList<>();
        for (KeySpec spec : keySpecs) {
            byte[][] some = spec.keys(arguments);
            if (some == null) {
                return null;
            }
            all.addAll(List.of(some));
        }
        return all.toArray(new byte[0][]);
    }

    /** Whether exactly the first argument is a key: the common case, which needs no list. */
    boolean hasSingleKey() {
        return keyFinder == null
                && otherDatabase == null
                && keySpecs.size() == 1
                && keySpecs.get(0).first() == 1
                && keySpecs.get(0).last() == 1;
    }

    boolean isWholeKeyspace() {
        return wholeKeyspace;
    }

    boolean hasOtherDatabase() {
        return otherDatabase != null;
    }

    /** The number of the other database whose keys the command reaches, not necessarily a valid one. */
    int otherDatabase(byte[][] arguments) {
        return otherDatabase == null ? -1 : otherDatabase.applyAsInt(arguments);
    }

    /** The arguments that number databases. */
    int[] databaseArguments() {
        return databaseArguments;
    }

    boolean reachesAnyKey(byte[][] arguments) {
        return reachesAnyKey.test(arguments);
    }

    boolean isNotQueued() {
        return runsInTransactionState;
    }

    Lane lane() {
        return lane;
    }

    Body body() {
        return body;
    }

    /** The index of the command's counters. */
    int id() {
        return id;
    }

    void id(int newId) {
        id = newId;
    }
}
