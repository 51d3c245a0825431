package dev.rondo.server.cluster;

import static dev.rondo.server.command.CommandSpec.command;
import static dev.rondo.server.command.CommandSpec.subcommand;

import dev.rondo.membership.LinkStats;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.command.Call;
import dev.rondo.server.command.Category;
import dev.rondo.server.command.CommandException;
import dev.rondo.server.command.CommandSpec;
import dev.rondo.server.command.Flag;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** CLUSTER and its subcommands, READONLY, READWRITE, ASKING: the slot table in the forms that cluster clients read. */
public final class ClusterCommands {
    private static final String DISABLED = "ERR This instance has cluster support disabled";
    private static final String NO_HANDS =
            "ERR Rondo assigns slots and roles by itself: start a node with --join to add it, stop one to remove it";

    /** What a node of a cluster answers with; null on a plain server. */
    private final @Nullable ClusterService cluster;

    private final Runnable leave;

    /**
     * Answers for a node of {@code cluster}, or says on a plain server (null) that there is none.
     *
     * @param leave has this node hand over what it serves and stop
     */
    public ClusterCommands(@Nullable ClusterService cluster, Runnable leave) {
        this.cluster = cluster;
        this.leave = leave;
    }

    public List<CommandSpec> commands() {
        return List.of(
                command("cluster", -2)
                        .subcommands(reading().toArray(new CommandSpec[0]))
                        .subcommands(byHand().toArray(new CommandSpec[0]))
                        .subcommands(sub("leave", -2, this::leave, Flag.ADMIN, Flag.NOSCRIPT, Flag.NO_MULTI))
                        .container(),
                command("readonly", 1)
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .acl(Category.CONNECTION)
                        .runs(call -> readOnly(call, true)),
                command("readwrite", 1)
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .acl(Category.CONNECTION)
                        .runs(call -> readOnly(call, false)),
                command("asking", 1).flags(Flag.FAST).acl(Category.CONNECTION).runs(this::asking));
    }

    private List<CommandSpec> reading() {
        return List.of(
                sub("slots", 2, this::slots).tips("nondeterministic_output"),
                sub("shards", 2, this::shards).tips("nondeterministic_output"),
                sub("nodes", 2, this::nodes).tips("nondeterministic_output"),
                sub("info", 2, this::info).tips("nondeterministic_output"),
                sub("myid", 2, call -> call.reply().bulk(service().self().id().hex())),
                sub("myshardid", 2, call -> call.reply()
                                .bulk(service().self().id().hex()))
                        .tips("nondeterministic_output"),
                sub("keyslot", 3, call -> call.reply().integer(KeySlot.of(call.argument(2)))),
                sub("countkeysinslot", 3, this::countKeysInSlot),
                sub("getkeysinslot", 4, this::getKeysInSlot).tips("nondeterministic_output"),
                sub("links", 2, this::links).tips("nondeterministic_output"),
                sub("replicas", 3, this::replicas, Flag.ADMIN).tips("nondeterministic_output"),
                sub("slaves", 3, this::replicas, Flag.ADMIN).tips("nondeterministic_output"),
                sub("count-failure-reports", 3, this::countFailureReports, Flag.ADMIN)
                        .tips("nondeterministic_output"),
                subcommand("cluster", "help", 2).flags(Flag.LOADING, Flag.STALE).runs(ClusterCommands::help));
    }

    /** What an operator does by hand in Redis Cluster. */
    private List<CommandSpec> byHand() {
        Map<String, Integer> arities = new TreeMap<>(Map.ofEntries(
                Map.entry("meet", -4),
                Map.entry("addslots", -3),
                Map.entry("addslotsrange", -4),
                Map.entry("delslots", -3),
                Map.entry("delslotsrange", -4),
                Map.entry("setslot", -4),
                Map.entry("flushslots", 2),
                Map.entry("forget", 3),
                Map.entry("replicate", 3),
                Map.entry("failover", -2),
                Map.entry("reset", -2),
                Map.entry("bumpepoch", 2),
                Map.entry("set-config-epoch", 3),
                Map.entry("saveconfig", 2)));
        List<CommandSpec> specs = new ArrayList<>();
        arities.forEach((name, arity) -> specs.add(subcommand("cluster", name, arity)
                .flags(Flag.ADMIN, Flag.STALE, name.equals("reset") ? Flag.NOSCRIPT : Flag.NO_ASYNC_LOADING)
                .tips(name.equals("bumpepoch") ? new String[] {"nondeterministic_output"} : new String[0])
                .runs(call -> {
                    service();
                    throw new CommandException(NO_HANDS);
                })));
        return specs;
    }

    private CommandSpec sub(String name, int arity, CommandSpec.Body body, Flag... more) {
        return subcommand("cluster", name, arity).flags(Flag.STALE).flags(more).runs(call -> {
            service();
            body.run(call);
        });
    }

    private ClusterService service() {
        if (cluster == null) {
            throw new CommandException(DISABLED);
        }
        return cluster;
    }

    // ---- clients' state ----

    private void readOnly(Call call, boolean yes) {
        service();
        if (!call.isInScript()) { // which ends before it could matter
            call.client().readOnly(yes);
        }
        call.reply().ok();
    }

    /** Slots move without ASK redirections; a client that asks all the same needs no special treatment. */
    private void asking(Call call) {
        service();
        call.reply().ok();
    }

    // ---- the table ----

    private void slots(Call call) {
        ReplyWriter reply = call.reply();
        int mark = reply.mark();
        int count = 0;
        for (SlotTable.Range range : service().ranges()) {
            if (range.owners().isEmpty()) {
                continue;
            }
            count++;
            reply.array(2 + range.owners().size());
            reply.integer(range.first());
            reply.integer(range.last());
            for (Member owner : range.owners()) {
                reply.array(4);
                reply.bulk(owner.host());
                reply.integer(owner.port());
                reply.bulk(owner.id().hex());
                reply.array(0);
            }
        }
        reply.arrayAt(mark, count);
    }

    /** A shard is a set of slots with the same owners. */
    private void shards(Call call) {
        Map<List<Member>, List<SlotTable.Range>> shards = new LinkedHashMap<>();
        for (SlotTable.Range range : service().ranges()) {
            if (!range.owners().isEmpty()) {
                shards.computeIfAbsent(range.owners(), owners -> new ArrayList<>())
                        .add(range);
            }
        }
        ReplyWriter reply = call.reply();
        reply.array(shards.size());
        shards.forEach((owners, ranges) -> {
            reply.map(2);
            reply.bulk("slots");
            reply.array(2 * ranges.size());
            for (SlotTable.Range range : ranges) {
                reply.integer(range.first());
                reply.integer(range.last());
            }
            reply.bulk("nodes");
            reply.array(owners.size());
            for (Member owner : owners) {
                shardNode(reply, owner, owner.equals(owners.get(0)));
            }
        });
    }

    private void shardNode(ReplyWriter reply, Member member, boolean primary) {
        reply.map(7);
        reply.bulk("id");
        reply.bulk(member.id().hex());
        reply.bulk("port");
        reply.integer(member.port());
        reply.bulk("ip");
        reply.bulk(member.host());
        reply.bulk("endpoint");
        reply.bulk(member.host());
        reply.bulk("role");
        reply.bulk(primary ? "master" : "replica");
        reply.bulk("replication-offset");
        reply.integer(service().replication().backlog(member.id()));
        reply.bulk("health");
        reply.bulk(isReachable(member) ? "online" : "fail");
    }

    private boolean isReachable(Member member) {
        return service().reachable().contains(member);
    }

    /** Maximal runs of slots with the same primary. */
    private static List<SlotTable.Range> primaryRanges(List<SlotTable.Range> ranges) {
        List<SlotTable.Range> result = new ArrayList<>();
        for (SlotTable.Range range : ranges) {
            SlotTable.Range last = result.isEmpty() ? null : result.get(result.size() - 1);
            if (last != null
                    && last.last() + 1 == range.first()
                    && primaryOf(last) != null
                    && primaryOf(last).equals(primaryOf(range))) {
                result.set(result.size() - 1, new SlotTable.Range(last.first(), range.last(), last.owners()));
            } else {
                result.add(range);
            }
        }
        return result;
    }

    private static @Nullable Member primaryOf(SlotTable.Range range) {
        return range.owners().isEmpty() ? null : range.owners().get(0);
    }

    private void nodes(Call call) {
        SlotTable table = service().table();
        List<SlotTable.Range> ranges = primaryRanges(service().ranges());
        StringBuilder text = new StringBuilder();
        for (Member member : table.members()) {
            nodeLine(text, table, ranges, member);
            text.append('\n');
        }
        call.reply().verbatim("txt", Ascii.bytes(text.toString()));
    }

    private void nodeLine(StringBuilder text, SlotTable table, List<SlotTable.Range> ranges, Member member) {
        boolean myself = member.id().equals(service().self().id());
        boolean reachable = isReachable(member);
        text.append(member.id().hex())
                .append(' ')
                .append(member.host())
                .append(':')
                .append(member.port())
                .append('@')
                .append(member.busPort())
                .append(myself ? " myself,master" : reachable ? " master" : " master,fail")
                .append(" - 0 0 ")
                .append(table.epoch())
                .append(reachable ? " connected" : " disconnected");
        for (SlotTable.Range range : ranges) {
            if (member.equals(primaryOf(range))) {
                text.append(' ').append(range.first());
                if (range.last() > range.first()) {
                    text.append('-').append(range.last());
                }
            }
        }
    }

    private void info(Call call) {
        SlotTable table = service().table();
        int assigned = 0;
        int failed = 0;
        Set<Member> primaries = new HashSet<>();
        for (SlotTable.Range range : table.ranges()) {
            Member primary = primaryOf(range);
            if (primary != null) {
                int slots = range.last() - range.first() + 1;
                assigned += slots;
                failed += isReachable(primary) ? 0 : slots;
                primaries.add(primary);
            }
        }
        boolean whole = assigned == SlotTable.SLOTS && failed == 0;
        String text = "cluster_state:" + (whole ? "ok" : "fail")
                + "\r\ncluster_slots_assigned:" + assigned
                + "\r\ncluster_slots_ok:" + (assigned - failed)
                + "\r\ncluster_slots_pfail:0"
                + "\r\ncluster_slots_fail:" + failed
                + "\r\ncluster_known_nodes:" + table.members().size()
                + "\r\ncluster_size:" + primaries.size()
                + "\r\ncluster_current_epoch:" + table.epoch()
                + "\r\ncluster_my_epoch:" + table.epoch()
                + "\r\ntotal_cluster_links_buffer_limit_exceeded:"
                + service().replication().brokenStreams()
                + "\r\n";
        call.reply().verbatim("txt", Ascii.bytes(text));
    }

    private void links(Call call) {
        Map<NodeId, LinkStats> links = service().bus().links();
        ReplyWriter reply = call.reply();
        reply.array(2 * links.size());
        links.forEach((peer, stats) -> {
            link(reply, "to", peer, stats);
            link(reply, "from", peer, stats);
        });
    }

    private void link(ReplyWriter reply, String direction, NodeId peer, LinkStats stats) {
        long backlog = direction.equals("to") ? service().replication().backlog(peer) : 0;
        reply.map(6);
        reply.bulk("direction");
        reply.bulk(direction);
        reply.bulk("node");
        reply.bulk(peer.hex());
        reply.bulk("create-time");
        reply.integer(stats.createTimeMs());
        reply.bulk("events");
        reply.bulk(direction.equals("to") && backlog > 0 ? "rw" : "r");
        reply.bulk("send-buffer-allocated");
        reply.integer(backlog);
        reply.bulk("send-buffer-used");
        reply.integer(backlog);
    }

    /** The nodes that hold copies of slots which the given one serves. */
    private void replicas(Call call) {
        SlotTable table = service().table();
        String id = Ascii.string(call.argument(2));
        Member wanted = table.members().stream()
                .filter(member -> member.id().hex().equals(id))
                .findFirst()
                .orElseThrow(() -> new CommandException("ERR Unknown node " + id));
        List<SlotTable.Range> ranges = primaryRanges(service().ranges());
        List<String> lines = new ArrayList<>();
        for (Member member : table.members()) {
            boolean copies = table.ranges().stream()
                    .anyMatch(range ->
                            wanted.equals(primaryOf(range)) && range.owners().indexOf(member) > 0);
            if (copies) {
                StringBuilder line = new StringBuilder();
                nodeLine(line, table, ranges, member);
                lines.add(line.toString());
            }
        }
        call.reply().array(lines.size());
        lines.forEach(call.reply()::bulk);
    }

    private void countFailureReports(Call call) {
        String id = Ascii.string(call.argument(2));
        boolean known = service().table().members().stream()
                .anyMatch(member -> member.id().hex().equals(id));
        if (!known) {
            throw new CommandException("ERR Unknown node " + id);
        }
        call.reply().integer(0);
    }

    /** CLUSTER LEAVE [node]: the node, this one by default, hands over what it serves and stops. */
    private void leave(Call call) {
        if (call.count() > 3) {
            throw new CommandException("ERR wrong number of arguments for 'cluster|leave' command");
        }
        Member member =
                call.count() == 2 ? service().self() : new NodeNames(service()).find(Ascii.string(call.argument(2)));
        if (member.id().equals(service().self().id())) {
            leave.run();
        } else if (!service().bus().askToLeave(member.id())) {
            throw new CommandException("ERR Node " + member.address() + " can't be reached from here");
        }
        call.reply().ok();
    }

    // ---- keys of a slot ----

    private static Slot slotArgument(Call call) {
        long slot = call.longArgument(2);
        if (slot < 0 || slot >= KeySlot.SLOTS) {
            throw new CommandException("ERR Invalid slot");
        }
        return call.keyspace().slot((int) slot);
    }

    private void countKeysInSlot(Call call) {
        Slot slot = slotArgument(call);
        call.reply().integer(slot.role() == Slot.Role.ABSENT ? 0 : slot.size());
    }

    private void getKeysInSlot(Call call) {
        Slot slot = slotArgument(call);
        long most = call.longArgument(3);
        if (most < 0) {
            throw new CommandException("ERR Invalid number of keys");
        }
        List<byte[]> keys = new ArrayList<>();
        slot.lock();
        try {
            boolean over = slot.role() == Slot.Role.ABSENT; // what is left of a former copy is not to be seen
            for (long cursor = 0; !over && keys.size() < most; over = cursor == 0) {
                cursor = slot.scan(cursor, entry -> keys.add(entry.key()));
            }
        } finally {
            slot.unlock();
        }
        List<byte[]> answer = keys.subList(0, (int) Math.min(most, keys.size()));
        call.reply().array(answer.size());
        answer.forEach(call.reply()::bulk);
    }

    private static void help(Call call) {
        List<String> lines = List.of(
                "CLUSTER <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
                "COUNTKEYSINSLOT <slot>",
                "    Return the number of keys in <slot> on this node.",
                "GETKEYSINSLOT <slot> <count>",
                "    Return up to <count> key names of <slot> on this node.",
                "INFO",
                "    Return information about the cluster.",
                "KEYSLOT <key>",
                "    Return the hash slot of <key>.",
                "LEAVE [<node>]",
                "    Have this or another node hand over what it serves, and stop.",
                "LINKS",
                "    Return the bus links of this node.",
                "MYID",
                "    Return this node's id.",
                "NODES",
                "    Return the nodes and the slots that they serve.",
                "REPLICAS <node-id>",
                "    Return the nodes that hold copies of slots which <node-id> serves.",
                "SHARDS",
                "    Return the nodes and their slot ranges.",
                "SLOTS",
                "    Return the slot ranges and their owners.",
                "HELP",
                "    Print this help.");
        call.reply().array(lines.size());
        lines.forEach(call.reply()::simple);
    }
}
