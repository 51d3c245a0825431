package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.security.User;
import dev.rondo.server.stats.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The connection itself: AUTH, ECHO, HELLO, PING, QUIT and RESET. */
final class ConnectionCommands {
    private static final int OLDEST_PROTOCOL = 2;
    private static final int NEWEST_PROTOCOL = 3;

    private final NodeParts parts;
    private final OutputPolicy outputPolicy;

    ConnectionCommands(NodeParts parts) {
        this.parts = parts;
        this.outputPolicy = new OutputPolicy(parts.config());
    }

    List<CommandSpec> commands() {
        return List.of(
                command("auth", -2)
                        .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE, Flag.FAST, Flag.NO_AUTH, Flag.ALLOW_BUSY)
                        .acl(Category.CONNECTION)
                        .runs(this::auth),
                command("echo", 2)
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .acl(Category.CONNECTION)
                        .runs(call -> call.reply().bulk(call.argument(1))),
                command("hello", -1)
                        .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE, Flag.FAST, Flag.NO_AUTH, Flag.ALLOW_BUSY)
                        .acl(Category.CONNECTION)
                        .runs(this::hello),
                command("ping", -1)
                        .flags(Flag.FAST)
                        .acl(Category.CONNECTION)
                        .tips("request_policy:all_shards", "response_policy:all_succeeded")
                        .runs(ConnectionCommands::ping),
                command("quit", -1)
                        .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE, Flag.FAST, Flag.NO_AUTH, Flag.ALLOW_BUSY)
                        .acl(Category.CONNECTION)
                        .notQueued()
                        .runs(ConnectionCommands::quit),
                command("reset", 1)
                        .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE, Flag.FAST, Flag.NO_AUTH, Flag.ALLOW_BUSY)
                        .acl(Category.CONNECTION)
                        .notQueued()
                        .runs(this::reset));
    }

    private AccessControl access() {
        return parts.node().get().access();
    }

    private void auth(Call call) {
        if (call.count() > 3) {
            throw CommandException.syntax();
        }
        if (call.count() == 2 && access().users().defaultAccount().user().needsNoPassword()) {
            throw new CommandException("ERR AUTH <password> called without any password configured for the default"
                    + " user. Are you sure your configuration is correct?");
        }
        byte[] user = call.count() == 2 ? Ascii.bytes(User.DEFAULT_NAME) : call.argument(1);
        access().logIn(call, user, call.argument(call.count() - 1));
        call.reply().ok();
    }

    private static void ping(Call call) {
        if (call.count() > 2) {
            throw CommandException.wrongArity("ping");
        }
        Client client = call.client();
        ReplyWriter reply = call.reply();
        if (client.isSubscribed() && client.protocol() == 2) {
            reply.array(2);
            reply.bulk("pong");
            reply.bulk(call.count() == 2 ? call.argument(1) : new byte[0]);
        } else if (call.count() == 2) {
            reply.bulk(call.argument(1));
        } else {
            reply.simple("PONG");
        }
    }

    private void hello(Call call) {
        Client client = call.client();
        long protocol = client.protocol();
        if (call.count() > 1) {
            protocol = Arguments.toLong(
                    call.argument(1),
                    Long.MIN_VALUE,
                    Long.MAX_VALUE,
                    "ERR Protocol version is not an integer or out of range");
            if (protocol < OLDEST_PROTOCOL || protocol > NEWEST_PROTOCOL) {
                throw new CommandException("NOPROTO unsupported protocol version");
            }
        }
        @Nullable String name = helloOptions(call);
        if (!client.isAuthenticated()) {
            throw new CommandException("NOAUTH HELLO must be called with the client already authenticated, otherwise"
                    + " the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select"
                    + " the RESP protocol version at the same time");
        }
        if (name != null) {
            client.name(name);
        }
        if (client.protocol() != protocol && !client.isInTransaction()) {
            client.connection().takePushes(call.reply()); // written for the protocol spoken so far
        }
        client.protocol((int) protocol);
        call.reply().resp3(protocol == NEWEST_PROTOCOL);
        describe(call.reply(), client);
    }

    /** Follows AUTH as soon as all options are understood, and returns the name asked for. */
    private @Nullable String helloOptions(Call call) {
        @Nullable String name = null;
        int authAt = 0;
        for (int i = 2; i < call.count(); i++) {
            int left = call.count() - 1 - i;
            if (Arguments.is(call.argument(i), "auth") && left >= 2) {
                authAt = i;
                i += 2;
            } else if (Arguments.is(call.argument(i), "setname") && left >= 1) {
                name = ClientCommands.validName(call.argument(++i));
            } else {
                throw new CommandException("ERR Syntax error in HELLO option '" + Ascii.string(call.argument(i)) + "'");
            }
        }
        if (authAt > 0) {
            access().logIn(call, call.argument(authAt + 1), call.argument(authAt + 2));
        }
        return name;
    }

    private void describe(ReplyWriter reply, Client client) {
        reply.map(7);
        reply.bulk("server");
        reply.bulk("redis");
        reply.bulk("version");
        reply.bulk(Version.REDIS);
        reply.bulk("proto");
        reply.integer(client.protocol());
        reply.bulk("id");
        reply.integer(client.id());
        reply.bulk("mode");
        reply.bulk(parts.node().get().ownership().isCluster() ? "cluster" : "standalone");
        reply.bulk("role");
        reply.bulk("master");
        reply.bulk("modules");
        reply.array(0);
    }

    private static void quit(Call call) {
        call.reply().ok();
        call.client().connection().closeAfterReply();
    }

    /** The client is as if it had just connected, under the same id. */
    private void reset(Call call) {
        Client client = call.client();
        client.transaction().close();
        client.endSubscriptions();
        client.endTracking();
        client.endMonitoring();
        outputPolicy.apply(client);
        client.database(0);
        client.name("");
        client.readOnly(false);
        client.noEvict(false);
        client.noTouch(false);
        client.replies(Client.Replies.ON);
        client.protocol(OLDEST_PROTOCOL);
        access().logOut(client);
        call.reply().resp3(false);
        call.reply().simple("RESET");
    }
}
