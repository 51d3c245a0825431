package dev.rondo.server.command;

import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.stats.CommandStats;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a command is given: who asks for what, where the reply goes, and the only time and randomness it may use.
 * Nothing here looks at a key; that is {@link Call}'s. Confined to the thread that runs the command.
 */
public abstract sealed class Invocation permits Call {
    private final Databases databases;
    private final CommandStats.Shard stats;
    private final RandomGenerator random;
    private final boolean cluster;

    private @Nullable Client client;
    private CommandSpec spec;
    private byte[][] arguments;
    private ReplyWriter reply;
    private Keyspace keyspace;
    private long nowMs;
    private boolean applying;
    private @Nullable ScriptRun script; // whose commands these are
    private @Nullable AccessControl access;

    Invocation(Databases databases, CommandStats.Shard stats, RandomGenerator random, boolean cluster) {
        this.databases = databases;
        this.stats = stats;
        this.random = random;
        this.cluster = cluster;
        this.keyspace = databases.get(0);
    }

    // ---- said by who runs commands ----

    /** Says who decides what clients may read beyond the keys that their requests name. */
    void access(AccessControl newAccess) {
        access = newAccess;
    }

    /** What follows is asked by this client (null: by a primary, if {@code isReplay}, or by the node itself). */
    void askedBy(
            @Nullable Client newClient, Keyspace newKeyspace, ReplyWriter newReply, long newNowMs, boolean isReplay) {
        client = newClient;
        keyspace = newKeyspace;
        reply = newReply;
        nowMs = newNowMs;
        applying = isReplay;
        script = null;
    }

    /** What follows are the commands of a script, or of a transaction with scripts in it. */
    void script(ScriptRun newScript) {
        script = newScript;
    }

    /** The next command. */
    void command(CommandSpec newSpec, byte[][] newArguments) {
        spec = newSpec;
        arguments = newArguments;
    }

    /** Where the reply of the next command goes. */
    void reply(ReplyWriter newReply) {
        reply = newReply;
    }

    /** The database that the next command of a transaction works on. */
    void keyspace(Keyspace newKeyspace) {
        keyspace = newKeyspace;
    }

    /** SELECT: what the client's next commands, or those of its script, work on. */
    void select(int number) {
        keyspace = databases.get(number);
        if (!isInScript()) {
            client().database(number);
        }
    }

    // ---- what was asked ----

    /** The client; null when effects are replayed. */
    public @Nullable Client clientOrNull() {
        return client;
    }

    /** The client of a command that only clients can send. */
    public Client client() {
        return Objects.requireNonNull(client);
    }

    public CommandSpec spec() {
        return spec;
    }

    /** The command's name and arguments. */
    public byte[][] arguments() {
        return arguments;
    }

    public int count() {
        return arguments.length;
    }

    public byte[] argument(int index) {
        return arguments[index];
    }

    public long longArgument(int index) {
        return Arguments.toLong(arguments[index]);
    }

    public ReplyWriter reply() {
        return reply;
    }

    // ---- under which circumstances ----

    /** Unix time in milliseconds at which the command runs everywhere. */
    public long nowMs() {
        return nowMs;
    }

    /**
     * The time by which the fields of a hash count as expired; none do in a replay, which leaves that to the primary.
     */
    public long fieldTimeMs() {
        return applying ? Long.MIN_VALUE : nowMs;
    }

    /** Whether a key given this expiry is to be deleted at once; a replay leaves that to the primary. */
    public boolean isPast(long expireAtMs) {
        return !applying && expireAtMs <= nowMs;
    }

    public RandomGenerator random() {
        return random;
    }

    public CommandStats.Shard stats() {
        return stats;
    }

    /** Whether effects of a primary are being replayed. */
    public boolean isApplying() {
        return applying;
    }

    /** Whether the node is part of a cluster. */
    public boolean isCluster() {
        return cluster;
    }

    public Databases databases() {
        return databases;
    }

    public Keyspace keyspace() {
        return keyspace;
    }

    /** What runs the script; only for commands that run on its thread. */
    public ScriptRun script() {
        return Objects.requireNonNull(script);
    }

    /** The script, or transaction with scripts, whose commands these are; null outside. */
    @Nullable ScriptRun scriptOrNull() {
        return script;
    }

    /** Whether the command is one of a script's. */
    public boolean isInScript() {
        return script != null && script.isInScript();
    }

    /** Whether the command is one of several that happen together, of a transaction or a script. */
    boolean isOneOfSeveral() {
        return script != null || client != null && client.isInTransaction();
    }

    /** Whether the command may block its client: there is one, and it is not in a transaction or a script. */
    public boolean mayWait() {
        return client != null && !isOneOfSeveral();
    }

    /** Whether the client may read keys that its request does not name; a replay may. */
    boolean mayReadAnyKey() {
        return client == null
                || client.user().isUnrestricted()
                || access != null && access.mayReadAnyKeyWith(client.user(), spec, arguments);
    }
}
