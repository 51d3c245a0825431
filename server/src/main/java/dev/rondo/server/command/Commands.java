package dev.rondo.server.command;

import java.util.ArrayList;
import java.util.List;

/** Every command of a node, family by family. */
public final class Commands {
    private Commands() {}

    /**
     * The commands that need nothing but the keys.
     *
     * @param maxStringBytes beyond this no string grows (proto-max-bulk-len)
     */
    public static List<CommandSpec> ofData(long maxStringBytes) {
        List<CommandSpec> all = new ArrayList<>();
        all.addAll(StringCommands.commands());
        all.addAll(new StringPartCommands(maxStringBytes).commands());
        all.addAll(CounterCommands.commands());
        BitAccess bits = new BitAccess(maxStringBytes);
        all.addAll(new BitmapCommands(bits).commands());
        all.addAll(new BitFieldCommands(bits).commands());
        all.addAll(HyperLogLogCommands.commands());
        all.addAll(ListCommands.commands());
        all.addAll(ListMoveCommands.commands());
        all.addAll(HashCommands.commands());
        all.addAll(HashExpiryCommands.commands());
        all.addAll(SetCommands.commands());
        all.addAll(SetAlgebraCommands.commands());
        all.addAll(KeyCommands.commands());
        all.addAll(ExpiryCommands.commands());
        all.addAll(KeyspaceCommands.commands());
        all.addAll(ScanCommands.commands());
        all.addAll(ObjectCommands.commands());
        all.addAll(DumpCommands.commands());
        all.addAll(SortCommands.commands());
        all.addAll(SortedSetCommands.commands());
        all.addAll(SortedSetRangeCommands.commands());
        all.addAll(SortedSetPopCommands.commands());
        all.addAll(SortedSetAlgebraCommands.commands());
        all.addAll(GeoCommands.commands());
        all.addAll(GeoSearchCommands.commands());
        all.addAll(StreamCommands.commands());
        all.addAll(StreamReadCommands.commands());
        all.addAll(StreamGroupCommands.commands());
        all.addAll(StreamClaimCommands.commands());
        all.addAll(StreamInfoCommands.commands());
        all.addAll(TransactionCommands.commands());
        return all;
    }

    /** The commands about connections and the node itself. */
    public static List<CommandSpec> ofNode(NodeParts parts) {
        List<CommandSpec> all = new ArrayList<>();
        all.addAll(new ConnectionCommands(parts).commands());
        all.addAll(new ClientCommands(parts).commands());
        all.addAll(new ServerCommands(parts).commands());
        all.addAll(new ConfigCommands(parts).commands());
        all.addAll(new IntrospectionCommands(parts).commands());
        all.addAll(new PubSubCommands(parts).commands());
        all.addAll(new AclCommands(parts).commands());
        all.addAll(new DebugCommands(parts).commands());
        all.addAll(new MemoryCommands(parts).commands());
        all.addAll(ModuleCommands.commands());
        all.addAll(new SnapshotCommands().commands());
        all.addAll(new MigrateCommand(parts).commands());
        all.addAll(ReplicaOfCommands.commands());
        all.addAll(new ObserverCommands(parts).commands());
        all.addAll(new LatencyCommands(parts).commands());
        all.addAll(new ScriptCommands(parts.scripts()).commands());
        all.addAll(new FunctionCommands(parts.scripts()).commands());
        return all;
    }
}
