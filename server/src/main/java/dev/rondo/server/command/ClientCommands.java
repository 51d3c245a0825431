package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.resp.Ascii;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** CLIENT and its subcommands. */
final class ClientCommands {
    private static final Category[] CONNECTION = {Category.CONNECTION};
    private static final String CLIENT = "client";

    private final NodeParts parts;

    ClientCommands(NodeParts parts) {
        this.parts = parts;
    }

    List<CommandSpec> commands() {
        return List.of(command(CLIENT, -2)
                .subcommands(new TrackingCommands(parts).subcommands())
                .subcommands(
                        own("getname", 2).runs(ClientCommands::getName),
                        help(),
                        own("id", 2)
                                .runs(call -> call.reply().integer(call.client().id())),
                        own("info", 2).tips("nondeterministic_output").runs(ClientCommands::info),
                        admin("kill", -3).runs(this::kill),
                        admin("list", -2).tips("nondeterministic_output").runs(this::list),
                        admin("no-evict", 3).runs(ClientCommands::noEvict),
                        own("no-touch", 3).runs(ClientCommands::noTouch),
                        admin("pause", -3).runs(this::pause),
                        own("reply", 3).runs(ClientCommands::reply),
                        own("setinfo", 4)
                                .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                .runs(ClientCommands::setInfo),
                        own("setname", 3)
                                .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                .runs(ClientCommands::setName),
                        admin("unblock", -3).runs(this::unblock),
                        admin("unpause", 2).runs(this::unpause))
                .container());
    }

    /** A subcommand that concerns the caller alone. */
    static CommandSpec own(String name, int arity) {
        return CommandSpec.subcommand(CLIENT, name, arity)
                .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE)
                .acl(Category.CONNECTION);
    }

    private static CommandSpec admin(String name, int arity) {
        return own(name, arity).flags(Flag.ADMIN);
    }

    private static CommandSpec help() {
        return Help.of(
                CLIENT,
                CONNECTION,
                "CACHING (YES|NO)",
                "Have the keys that the next command reads tracked, or not: in the modes OPTIN and OPTOUT.",
                "GETNAME",
                "Tell the name of this connection.",
                "GETREDIR",
                "Tell the id of the connection that hears what this one caches.",
                "ID",
                "Tell the id of this connection.",
                "INFO",
                "Describe this connection.",
                "KILL <ip:port>",
                "Close the connection that comes from that address.",
                "KILL <option> <value> [<option> <value> ...]",
                "Close the connections that match ADDR, LADDR, ID, TYPE (NORMAL|MASTER|REPLICA|PUBSUB) and USER;"
                        + " SKIPME NO includes this one.",
                "LIST [TYPE <type> | ID <id> [<id> ...]]",
                "Describe the connections.",
                "NO-EVICT (ON|OFF)",
                "Exempt this connection from client eviction.",
                "NO-TOUCH (ON|OFF)",
                "Leave the idle time of keys as it is while this connection reads them.",
                "PAUSE <milliseconds> [WRITE|ALL]",
                "Hold back the commands of all clients, or those that write.",
                "REPLY (ON|OFF|SKIP)",
                "Choose whether this connection gets replies.",
                "SETINFO (LIB-NAME|LIB-VER) <value>",
                "Tell the server which client library this is.",
                "SETNAME <name>",
                "Name this connection.",
                "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> ...] [OPTIN] [OPTOUT] [NOLOOP]",
                "Tell this connection when keys change that it has read.",
                "TRACKINGINFO",
                "Show how this connection tracks keys.",
                "UNBLOCK <id> [TIMEOUT|ERROR]",
                "End the wait of a client that is blocked in a command.",
                "UNPAUSE",
                "End a pause.");
    }

    private static void getName(Call call) {
        String name = call.client().name();
        if (name.isEmpty()) {
            call.reply().nullBulk();
        } else {
            call.reply().bulk(name);
        }
    }

    private static void setName(Call call) {
        call.client().name(validName(call.argument(2)));
        call.reply().ok();
    }

    /** The name as text; CLIENT LIST must stay splittable at blanks. */
    static String validName(byte[] name) {
        if (!isGraphic(name)) {
            throw new CommandException("ERR Client names cannot contain spaces, newlines or special characters.");
        }
        return Ascii.string(name);
    }

    private static boolean isGraphic(byte[] text) {
        for (byte b : text) {
            if (b < '!' || b > '~') {
                return false;
            }
        }
        return true;
    }

    private static void setInfo(Call call) {
        boolean isName = Arguments.is(call.argument(2), "lib-name");
        if (!isName && !Arguments.is(call.argument(2), "lib-ver")) {
            throw new CommandException("ERR Unrecognized option '" + Ascii.string(call.argument(2)) + "'");
        }
        if (!isGraphic(call.argument(3))) {
            throw new CommandException("ERR " + Ascii.string(call.argument(2))
                    + " cannot contain spaces, newlines or special characters.");
        }
        String value = Ascii.string(call.argument(3));
        if (isName) {
            call.client().libraryName(value);
        } else {
            call.client().libraryVersion(value);
        }
        call.reply().ok();
    }

    private static void info(Call call) {
        String line = ClientLine.of(call.client(), call.nowMs()) + "\n";
        call.reply().verbatim("txt", Ascii.bytes(line));
    }

    private void list(Call call) {
        Stream<Client> clients;
        if (call.count() == 4 && Arguments.is(call.argument(2), "type")) {
            ClientFilter.Type type = ClientFilter.Type.of(call.argument(3));
            clients = inOrder().filter(type::includes);
        } else if (call.count() > 3 && Arguments.is(call.argument(2), "id")) {
            clients = Stream.of(call.arguments()).skip(3).flatMap(this::clientOfId);
        } else if (call.count() == 2) {
            clients = inOrder();
        } else {
            throw CommandException.syntax();
        }
        StringBuilder lines = new StringBuilder();
        clients.forEach(
                client -> lines.append(ClientLine.of(client, call.nowMs())).append('\n'));
        call.reply().verbatim("txt", Ascii.bytes(lines.toString()));
    }

    private Stream<Client> inOrder() {
        return clients().all().stream().sorted(Comparator.comparingLong(Client::id));
    }

    private Stream<Client> clientOfId(byte[] text) {
        long id = Arguments.toLong(text, Long.MIN_VALUE, Long.MAX_VALUE, "ERR Invalid client ID");
        return Stream.ofNullable(clients().find(id));
    }

    private Clients clients() {
        return parts.node().get().clients();
    }

    private void kill(Call call) {
        Client caller = call.client();
        boolean oldForm = call.count() == 3;
        ClientFilter filter = oldForm
                ? ClientFilter.ofAddress(call.argument(2))
                : ClientFilter.parse(call, 2, parts.node().get().access().users());
        int killed = 0;
        for (Client client : clients().all()) {
            if (filter.matches(client, caller)) {
                killed++;
                if (client == caller) {
                    client.connection().closeAfterReply();
                } else {
                    client.connection().close();
                }
            }
        }
        if (!oldForm) {
            call.reply().integer(killed);
        } else if (killed > 0) {
            call.reply().ok();
        } else {
            throw new CommandException("ERR No such client");
        }
    }

    private void pause(Call call) {
        if (call.count() > 4) {
            throw wrongForm(call);
        }
        PauseGate.Mode mode = PauseGate.Mode.ALL;
        if (call.count() == 4) {
            if (Arguments.is(call.argument(3), "write")) {
                mode = PauseGate.Mode.WRITE;
            } else if (!Arguments.is(call.argument(3), "all")) {
                throw new CommandException("ERR CLIENT PAUSE mode must be WRITE or ALL");
            }
        }
        long durationMs = Arguments.toLong(
                call.argument(2), Long.MIN_VALUE, Long.MAX_VALUE, "ERR timeout is not an integer or out of range");
        if (durationMs < 0) {
            throw new CommandException("ERR timeout is negative");
        }
        if (durationMs > Long.MAX_VALUE - call.nowMs()) {
            throw new CommandException("ERR timeout is out of range");
        }
        Node node = parts.node().get();
        node.pauseGate().pause(PauseGate.Cause.CLIENT_PAUSE, mode, call.nowMs() + durationMs);
        parts.timer().after(durationMs, () -> node.pauseGate().tick(node.clock().nowMs()));
        call.reply().ok();
    }

    private void unpause(Call call) {
        parts.node().get().pauseGate().unpause();
        call.reply().ok();
    }

    private static void reply(Call call) {
        Client client = call.client();
        if (Arguments.is(call.argument(2), "on")) {
            client.replies(Client.Replies.ON);
            call.reply().ok();
        } else if (Arguments.is(call.argument(2), "off")) {
            client.replies(Client.Replies.OFF);
        } else if (!Arguments.is(call.argument(2), "skip")) {
            throw CommandException.syntax();
        } else if (client.replies() != Client.Replies.OFF) {
            client.replies(Client.Replies.SKIP_NEXT);
        }
    }

    private static void noEvict(Call call) {
        call.client().noEvict(onOrOff(call.argument(2)));
        call.reply().ok();
    }

    private static void noTouch(Call call) {
        call.client().noTouch(onOrOff(call.argument(2)));
        call.reply().ok();
    }

    private static boolean onOrOff(byte[] word) {
        if (Arguments.is(word, "on")) {
            return true;
        }
        if (Arguments.is(word, "off")) {
            return false;
        }
        throw CommandException.syntax();
    }

    private void unblock(Call call) {
        if (call.count() > 4) {
            throw wrongForm(call);
        }
        boolean withError = call.count() == 4 && Arguments.is(call.argument(3), "error");
        if (call.count() == 4 && !withError && !Arguments.is(call.argument(3), "timeout")) {
            throw new CommandException("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        }
        Client target = clients().find(call.longArgument(2));
        Blocked blocked = target == null ? null : target.blocked();
        call.reply().integer(blocked != null && blocked.unblock(withError) ? 1 : 0);
    }

    private static CommandException wrongForm(Call call) {
        return new CommandException("ERR unknown subcommand or wrong number of arguments for '"
                + Ascii.string(call.argument(1)) + "'. Try CLIENT HELP.");
    }
}
