package dev.rondo.server.admin;

import dev.rondo.server.net.RespClient;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code rondo admin}: shows an operator a running cluster as one node sees it, breaks and heals that node's links, and
 * sends nodes away. One use, one thread.
 */
public final class Admin {
    private static final int TIMEOUT_MS = 10_000;
    private static final int POLL_MS = 100;
    private static final int SHORT_ID = 8;
    private static final String DEFAULT_NODE = "127.0.0.1:6379";
    private static final String DEFAULT_WAIT_S = "60";

    private final PrintStream out;
    private final RespClient client;

    private Admin(PrintStream out, RespClient client) {
        this.out = out;
        this.client = client;
    }

    // ---- the command line ----

    /** The options and actions. */
    public static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage()
                .description(
                        "Shows and directs a running cluster through one of its nodes, which must have been started"
                                + " with --enable-admin-command yes (or local). Ends with exit code 0, or with 1 and a"
                                + " sentence that says what is in the way. NODE is an id, the beginning of one, or"
                                + " HOST:PORT.");
        spec.mixinStandardHelpOptions(true);
        spec.addOption(OptionSpec.builder("--node")
                .type(String.class)
                .paramLabel("HOST:PORT")
                .defaultValue(DEFAULT_NODE)
                .description("the node to talk to; default: " + DEFAULT_NODE)
                .build());
        spec.addOption(OptionSpec.builder("--password")
                .type(String.class)
                .paramLabel("PASSWORD")
                .description("the node's requirepass")
                .build());
        spec.addSubcommand("nodes", action("Lists the nodes and how many slots each has."));
        spec.addSubcommand("slots", action("Lists the slot ranges, their owners, and where they are moving."));
        spec.addSubcommand("links", action("Lists the node's links to the others."));
        spec.addSubcommand(
                "break-link",
                onNode("Drops all traffic of the cluster bus between the node and NODE until it is healed.")
                        .addOption(OptionSpec.builder("--oneway")
                                .type(String.class)
                                .paramLabel("in|out")
                                .description("drop only what comes in from NODE, or only what goes out to it")
                                .build()));
        spec.addSubcommand("heal-link", onNode("Heals the link to NODE that was broken on the node."));
        spec.addSubcommand("heal-all", action("Heals every link that was broken on the node."));
        spec.addSubcommand(
                "leave",
                onNode("Has NODE hand over all its slots and stop; waits until it is gone.")
                        .addOption(OptionSpec.builder("--wait")
                                .type(Integer.class)
                                .paramLabel("SECONDS")
                                .defaultValue(DEFAULT_WAIT_S)
                                .description("how long to wait; default: " + DEFAULT_WAIT_S)
                                .build()));
        spec.addSubcommand("rebalance", action("Has the slots planned anew, which otherwise happens by itself."));
        return spec;
    }

    private static CommandSpec action(String description) {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage().description(description);
        return spec.mixinStandardHelpOptions(true);
    }

    private static CommandSpec onNode(String description) {
        return action(description)
                .addPositional(PositionalParamSpec.builder()
                        .index("0")
                        .paramLabel("NODE")
                        .type(String.class)
                        .required(true)
                        .description("a node's id, the beginning of it, or HOST:PORT")
                        .build());
    }

    /** Does what was asked; returns the exit code. */
    public static int run(ParseResult options, PrintStream out, PrintStream err) throws InterruptedException {
        if (!options.hasSubcommand()) {
            err.println("rondo: admin needs to be told what to do; rondo admin --help says what there is");
            return 1;
        }
        String node = options.matchedOptionValue("--node", DEFAULT_NODE);
        int colon = node.lastIndexOf(':');
        int port = colon < 1 ? -1 : port(node.substring(colon + 1));
        if (port < 0) {
            err.println("rondo: --node " + node + " is not HOST:PORT");
            return 1;
        }
        try (RespClient client = RespClient.connect(node.substring(0, colon), port, TIMEOUT_MS)) {
            String password = options.matchedOptionValue("--password", null);
            if (password != null) {
                client.command("AUTH", password);
            }
            new Admin(out, client).act(options.subcommand());
            return 0;
        } catch (RespClient.ReplyException e) {
            err.println("rondo: " + node + " answers: " + e.getMessage());
        } catch (IOException e) {
            err.println("rondo: " + e.getMessage());
        }
        return 1;
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > 0 && port < 1 << 16 ? port : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void act(ParseResult action) throws IOException, InterruptedException {
        switch (action.commandSpec().name()) {
            case "nodes" -> nodes();
            case "slots" -> slots();
            case "links" -> links();
            case "break-link" -> breakLink(named(action), action.matchedOptionValue("--oneway", null));
            case "heal-link" -> {
                client.command("RONDO", "HEAL-LINK", named(action));
                out.println("The link to " + named(action) + " is healed.");
            }
            case "heal-all" -> out.println(client.command("RONDO", "HEAL-ALL") + " links healed.");
            case "leave" -> leave(named(action), action.matchedOptionValue("--wait", Integer.valueOf(DEFAULT_WAIT_S)));
            case "rebalance" -> {
                client.command("RONDO", "REBALANCE");
                out.println("The slots are being planned anew.");
            }
            default -> throw new IllegalStateException(action.commandSpec().name());
        }
    }

    private static String named(ParseResult action) {
        return action.matchedPositionalValue(0, "");
    }

    // ---- the actions ----

    private void nodes() throws IOException {
        TextTable table = new TextTable("NODE", "ADDRESS", "STATE", "PRIMARY", "REPLICA", "WEIGHT", "ZONE", "");
        for (Map<String, String> node : maps(client.command("RONDO", "NODES"))) {
            table.row(
                    shortId(node.get("id")),
                    node.get("address"),
                    node.get("state"),
                    node.get("primary-slots"),
                    node.get("replica-slots"),
                    node.get("weight"),
                    String.valueOf(node.get("zone")).isEmpty() ? "-" : node.get("zone"),
                    "1".equals(node.get("coordinator")) ? "coordinator" : "");
        }
        table.print(out);
    }

    private void slots() throws IOException {
        TextTable table = new TextTable("SLOTS", "PRIMARY", "REPLICAS", "MOVING TO");
        for (Object each : list(client.command("RONDO", "SLOTS"))) {
            List<Object> range = list(each);
            List<Object> owners = list(range.get(2));
            List<Object> target = list(range.get(3));
            table.row(
                    range.get(0) + "-" + range.get(1),
                    owners.isEmpty() ? "nobody" : owners.get(0),
                    owners.size() < 2 ? "none" : joined(owners.subList(1, owners.size())),
                    target.equals(owners) ? "" : joined(target));
        }
        table.print(out);
    }

    private void links() throws IOException {
        TextTable table = new TextTable("NODE", "ADDRESS", "STATE", "BROKEN", "SENT", "RECEIVED", "BACKLOG");
        for (Map<String, String> link : maps(client.command("RONDO", "LINKS"))) {
            table.row(
                    shortId(link.get("node")),
                    link.get("address"),
                    link.get("state"),
                    link.get("broken"),
                    link.get("sent-bytes"),
                    link.get("received-bytes"),
                    link.get("backlog-bytes"));
        }
        table.print(out);
    }

    private void breakLink(String node, @Nullable String oneWay) throws IOException {
        if (oneWay == null) {
            client.command("RONDO", "BREAK-LINK", node);
        } else {
            client.command("RONDO", "BREAK-LINK", node, "ONEWAY", oneWay);
        }
        out.println("The link to " + node + " is broken" + (oneWay == null ? "." : ", one way: " + oneWay + "."));
    }

    /** The node leaves the list of the others, or it is the one that answers here and hangs up. */
    private void leave(String node, int waitS) throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        String id = idOf(node);
        client.command("CLUSTER", "LEAVE", node);
        out.println(node + " hands over what it has.");
        while (isThere(id)) {
            if (System.nanoTime() - startNs > TimeUnit.SECONDS.toNanos(waitS)) {
                throw new IOException(node + " has not left after " + waitS + " s; it goes on trying");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        out.printf("%s has left after %.1f s.%n", node, (System.nanoTime() - startNs) / 1e9);
    }

    private String idOf(String node) throws IOException {
        for (Map<String, String> each : maps(client.command("RONDO", "NODES"))) {
            if (node.equals(each.get("address"))
                    || String.valueOf(each.get("id")).startsWith(node)) {
                return String.valueOf(each.get("id"));
            }
        }
        throw new IOException("there is no node " + node);
    }

    private boolean isThere(String id) throws IOException {
        try {
            return maps(client.command("RONDO", "NODES")).stream().anyMatch(each -> id.equals(each.get("id")));
        } catch (RespClient.ReplyException e) {
            throw e;
        } catch (IOException e) {
            return false; // the node itself answered so far
        }
    }

    // ---- replies ----

    private static String shortId(@Nullable String id) {
        return String.valueOf(id)
                .substring(0, Math.min(SHORT_ID, String.valueOf(id).length()));
    }

    private static String joined(List<Object> addresses) {
        return addresses.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    @SuppressWarnings("unchecked") // RespClient's form of an array
    private static List<Object> list(@Nullable Object reply) throws IOException {
        if (reply instanceof List<?>) {
            return (List<Object>) reply;
        }
        throw new IOException("the node's reply is not understood: " + reply);
    }

    private static List<Map<String, String>> maps(@Nullable Object reply) throws IOException {
        List<Map<String, String>> maps = new ArrayList<>();
        for (Object each : list(reply)) {
            List<Object> words = list(each);
            Map<String, String> map = new HashMap<>();
            for (int i = 0; i + 1 < words.size(); i += 2) {
                map.put(String.valueOf(words.get(i)), String.valueOf(words.get(i + 1)));
            }
            maps.add(map);
        }
        return maps;
    }
}
