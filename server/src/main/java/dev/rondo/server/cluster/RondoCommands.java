package dev.rondo.server.cluster;

import static dev.rondo.server.command.CommandSpec.command;
import static dev.rondo.server.command.CommandSpec.subcommand;

import dev.rondo.membership.LinkCut;
import dev.rondo.membership.LinkStats;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.command.Call;
import dev.rondo.server.command.CommandException;
import dev.rondo.server.command.CommandSpec;
import dev.rondo.server.command.Flag;
import dev.rondo.server.config.Config;
import dev.rondo.server.net.Connection;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * RONDO and its subcommands: what an operator sees and does beyond the commands of Redis. Links to other nodes can be
 * broken on purpose, so the directive enable-admin-command, off by default, guards them.
 */
public final class RondoCommands {
    private static final String NOT_ALLOWED = "ERR RONDO command not allowed. If the enable-admin-command option is set"
            + " to \"local\", you can run it from a local connection, otherwise you need to set this option in the"
            + " configuration file, and then restart the server.";

    private final @Nullable ClusterService cluster;
    private final Config config;

    /** Commands of a node of {@code cluster}; on a plain server (null) they say that there is none. */
    public RondoCommands(@Nullable ClusterService cluster, Config config) {
        this.cluster = cluster;
        this.config = config;
    }

    public List<CommandSpec> commands() {
        return List.of(command("rondo", -2)
                .subcommands(
                        sub("nodes", 2, this::nodes),
                        sub("slots", 2, this::slots),
                        sub("links", 2, this::links),
                        sub("break-link", -3, this::breakLink),
                        sub("heal-link", 3, this::healLink),
                        sub("heal-all", 2, this::healAll),
                        sub("rebalance", 2, this::rebalance),
                        sub("help", 2, RondoCommands::help))
                .container());
    }

    private CommandSpec sub(String name, int arity, CommandSpec.Body body) {
        return subcommand("rondo", name, arity)
                .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE)
                .runs(call -> {
                    if (!isAllowed(call.client().connection())) {
                        throw new CommandException(NOT_ALLOWED);
                    }
                    service();
                    body.run(call);
                });
    }

    private boolean isAllowed(Connection connection) {
        return switch (config.get(Config.ADMIN_COMMAND)) {
            case "yes" -> true;
            case "local" -> connection.isFromThisHost();
            default -> false;
        };
    }

    private ClusterService service() {
        if (cluster == null) {
            throw new CommandException("ERR This instance has cluster support disabled");
        }
        return cluster;
    }

    // ---- what there is ----

    private void nodes(Call call) {
        SlotTable table = service().table();
        Map<NodeId, Member> members = new NodeNames(service()).all();
        ReplyWriter reply = call.reply();
        reply.array(members.size());
        for (Member member : members.values()) {
            reply.map(9);
            field(reply, "id", member.id().hex());
            field(reply, "address", member.address());
            field(reply, "bus-port", member.busPort());
            field(reply, "zone", member.zone());
            field(reply, "weight", member.weight());
            field(reply, "state", state(member));
            field(reply, "coordinator", member.id().equals(service().bus().coordinator()) ? 1 : 0);
            field(reply, "primary-slots", table.primarySlots(member.id()).cardinality());
            field(reply, "replica-slots", copies(table, member));
        }
    }

    /** "myself", "reachable", "leaving" or "unreachable". */
    private String state(Member member) {
        boolean reachable =
                service().reachable().stream().anyMatch(each -> each.id().equals(member.id()));
        boolean myself = member.id().equals(service().self().id());
        return !reachable ? "unreachable" : member.weight() == 0 ? "leaving" : myself ? "myself" : "reachable";
    }

    private static int copies(SlotTable table, Member member) {
        int copies = 0;
        for (SlotTable.Range range : table.ranges()) {
            boolean holds =
                    range.owners().stream().skip(1).anyMatch(owner -> owner.id().equals(member.id()));
            copies += holds ? range.last() - range.first() + 1 : 0;
        }
        return copies;
    }

    /** Each range: first slot, last slot, owners (the primary first), owners to be. */
    private void slots(Call call) {
        SlotTable table = service().table();
        List<SlotTable.Range> ranges = table.ranges();
        ReplyWriter reply = call.reply();
        reply.array(ranges.size());
        for (SlotTable.Range range : ranges) {
            reply.array(4);
            reply.integer(range.first());
            reply.integer(range.last());
            addresses(reply, range.owners());
            addresses(reply, table.target(range.first()));
        }
    }

    private static void addresses(ReplyWriter reply, List<Member> members) {
        reply.array(members.size());
        members.forEach(member -> reply.bulk(member.address()));
    }

    private void links(Call call) {
        Map<NodeId, LinkStats> traffic = service().bus().links();
        Map<Member, LinkCut> cuts = service().bus().brokenLinks();
        List<Member> others = new ArrayList<>(new NodeNames(service()).all().values());
        others.removeIf(member -> member.id().equals(service().self().id()));
        ReplyWriter reply = call.reply();
        reply.array(others.size());
        for (Member other : others) {
            LinkStats stats = traffic.getOrDefault(other.id(), new LinkStats(0, 0, 0));
            reply.map(7);
            field(reply, "node", other.id().hex());
            field(reply, "address", other.address());
            field(reply, "state", traffic.containsKey(other.id()) ? "up" : "down");
            field(reply, "broken", broken(cuts, other));
            field(reply, "sent-bytes", stats.sentBytes());
            field(reply, "received-bytes", stats.receivedBytes());
            field(reply, "backlog-bytes", service().replication().backlog(other.id()));
        }
    }

    private static String broken(Map<Member, LinkCut> cuts, Member other) {
        for (Map.Entry<Member, LinkCut> each : cuts.entrySet()) {
            if (each.getKey().id().equals(other.id())) {
                return switch (each.getValue()) {
                    case INCOMING -> "in";
                    case OUTGOING -> "out";
                    case BOTH -> "both";
                };
            }
        }
        return "no";
    }

    private static void field(ReplyWriter reply, String name, String value) {
        reply.bulk(name);
        reply.bulk(value);
    }

    private static void field(ReplyWriter reply, String name, long value) {
        reply.bulk(name);
        reply.integer(value);
    }

    // ---- what can be done ----

    /** RONDO BREAK-LINK node [ONEWAY IN|OUT]. */
    private void breakLink(Call call) {
        LinkCut cut = LinkCut.BOTH;
        if (call.count() == 5 && word(call, 3).equals("oneway")) {
            cut = switch (word(call, 4)) {
                case "in" -> LinkCut.INCOMING;
                case "out" -> LinkCut.OUTGOING;
                default -> throw CommandException.syntax();
            };
        } else if (call.count() != 3) {
            throw CommandException.syntax();
        }
        try {
            service().bus().breakLink(named(call), cut);
        } catch (IllegalArgumentException e) {
            throw new CommandException("ERR " + e.getMessage());
        }
        call.reply().ok();
    }

    private static String word(Call call, int index) {
        return Ascii.string(call.argument(index)).toLowerCase(Locale.ROOT);
    }

    private Member named(Call call) {
        return new NodeNames(service()).find(Ascii.string(call.argument(2)));
    }

    private void healLink(Call call) {
        Member other = named(call);
        if (!service().bus().healLink(other.id())) {
            throw new CommandException("ERR This node has not broken its link to " + other.address());
        }
        call.reply().ok();
    }

    /** The reply is the number of links healed. */
    private void healAll(Call call) {
        long healed = service().bus().brokenLinks().keySet().stream()
                .filter(member -> service().bus().healLink(member.id()))
                .count();
        call.reply().integer(healed);
    }

    private void rebalance(Call call) {
        service().bus().replan();
        call.reply().ok();
    }

    private static void help(Call call) {
        List<String> lines = List.of(
                "RONDO <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
                "BREAK-LINK <node> [ONEWAY (IN|OUT)]",
                "    Drop all traffic of the cluster bus between this node and <node>, or one direction of it.",
                "HEAL-ALL",
                "    Heal every link that this node has broken; return how many.",
                "HEAL-LINK <node>",
                "    Heal the link to <node>.",
                "LINKS",
                "    Return the links of this node to the others.",
                "NODES",
                "    Return the nodes that this one knows of.",
                "REBALANCE",
                "    Have the slots planned anew.",
                "SLOTS",
                "    Return the slot ranges, their owners and their owners to be.",
                "HELP",
                "    Print this help.",
                "<node> is a node's id, the beginning of it, or host:port.");
        call.reply().array(lines.size());
        lines.forEach(call.reply()::simple);
    }
}
