package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.pubsub.Kind;
import dev.rondo.server.pubsub.Subscriber;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.security.ChannelUse;
import dev.rondo.server.type.Glob;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Publishing, subscribing, and PUBSUB. */
final class PubSubCommands {
    private static final String PUBSUB = "pubsub";

    private final NodeParts parts;
    private final OutputPolicy outputPolicy;

    PubSubCommands(NodeParts parts) {
        this.parts = parts;
        this.outputPolicy = new OutputPolicy(parts.config());
    }

    List<CommandSpec> commands() {
        return List.of(
                subscribing("psubscribe", -2)
                        .channels(ChannelUse.SUBSCRIBE_PATTERN)
                        .runs(call -> subscribe(call, Kind.PATTERN)),
                command("publish", 3)
                        .flags(Flag.PUBSUB, Flag.LOADING, Flag.STALE, Flag.FAST, Flag.MAY_REPLICATE)
                        .channels(ChannelUse.PUBLISH)
                        .runs(this::publish),
                introspection(),
                subscribing("punsubscribe", -1).runs(call -> unsubscribe(call, Kind.PATTERN)),
                command("spublish", 3)
                        .flags(Flag.PUBSUB, Flag.LOADING, Flag.STALE, Flag.FAST, Flag.MAY_REPLICATE)
                        .keys(1, 1, 1, "not_key")
                        .channels(ChannelUse.PUBLISH)
                        .runs(this::publishToShard),
                subscribing("ssubscribe", -2)
                        .keys(1, -1, 1, "not_key")
                        .channels(ChannelUse.SUBSCRIBE)
                        .runs(call -> subscribe(call, Kind.SHARD_CHANNEL)),
                subscribing("subscribe", -2).channels(ChannelUse.SUBSCRIBE).runs(call -> subscribe(call, Kind.CHANNEL)),
                subscribing("sunsubscribe", -1)
                        .keys(1, -1, 1, "not_key")
                        .runs(call -> unsubscribe(call, Kind.SHARD_CHANNEL)),
                subscribing("unsubscribe", -1).runs(call -> unsubscribe(call, Kind.CHANNEL)));
    }

    private static CommandSpec subscribing(String name, int arity) {
        return command(name, arity).flags(Flag.PUBSUB, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE);
    }

    private CommandSpec introspection() {
        return command(PUBSUB, -2)
                .subcommands(
                        sub("channels", -2).runs(call -> names(call, Kind.CHANNEL)),
                        Help.of(
                                PUBSUB,
                                new Category[0],
                                "CHANNELS [<pattern>]",
                                "List the channels that somebody listens to here.",
                                "NUMPAT",
                                "Tell how many patterns somebody listens to here.",
                                "NUMSUB [<channel> ...]",
                                "Tell how many clients listen to each channel here; patterns do not count.",
                                "SHARDCHANNELS [<pattern>]",
                                "List the shard channels that somebody listens to here.",
                                "SHARDNUMSUB [<shardchannel> ...]",
                                "Tell how many clients listen to each shard channel here."),
                        sub("numpat", 2).runs(call -> call.reply()
                                .integer(parts.broker().count(Kind.PATTERN))),
                        sub("numsub", -2).runs(call -> counts(call, Kind.CHANNEL)),
                        sub("shardchannels", -2).runs(call -> names(call, Kind.SHARD_CHANNEL)),
                        sub("shardnumsub", -2).runs(call -> counts(call, Kind.SHARD_CHANNEL)))
                .container();
    }

    private static CommandSpec sub(String name, int arity) {
        return CommandSpec.subcommand(PUBSUB, name, arity).flags(Flag.PUBSUB, Flag.LOADING, Flag.STALE);
    }

    // ---- publishing ----

    private void publish(Call call) {
        call.reply().integer(parts.broker().publish(call.argument(1), call.argument(2)));
    }

    private void publishToShard(Call call) {
        call.reply().integer(parts.broker().publishShard(call.argument(1), call.argument(2)));
    }

    // ---- subscribing ----

    private void subscribe(Call call, Kind kind) {
        Subscriber subscriber = call.client().subscriber(parts.broker());
        ReplyWriter confirmations = confirmations(call);
        for (int i = 1; i < call.count(); i++) {
            subscriber.subscribe(kind, call.argument(i));
            confirm(confirmations, kind.subscribed(), call.argument(i), subscriber.count(kind));
        }
        outputPolicy.apply(call.client());
        send(call, confirmations);
    }

    private void unsubscribe(Call call, Kind kind) {
        Client client = call.client();
        Subscriber subscriber = client.subscriber(parts.broker());
        ReplyWriter confirmations = confirmations(call);
        if (!client.isInTransaction()) {
            // What was published before comes before the confirmation, and nothing after it.
            client.connection().takePushes(confirmations);
        }
        List<byte[]> names =
                call.count() > 1 ? Arrays.asList(call.arguments()).subList(1, call.count()) : subscriber.names(kind);
        for (byte[] name : names) {
            subscriber.unsubscribe(kind, name);
            confirm(confirmations, kind.unsubscribed(), name, subscriber.count(kind));
        }
        if (names.isEmpty()) {
            confirm(confirmations, kind.unsubscribed(), null, subscriber.count(kind));
        }
        outputPolicy.apply(client);
        send(call, confirmations);
    }

    /** Confirmations are pushes: CLIENT REPLY OFF and SKIP do not suppress them. */
    private static ReplyWriter confirmations(Call call) {
        if (call.client().replies() == Client.Replies.ON) {
            return call.reply();
        }
        ReplyWriter apart = new ReplyWriter(256);
        apart.resp3(call.reply().isResp3());
        return apart;
    }

    private static void send(Call call, ReplyWriter confirmations) {
        if (confirmations != call.reply()) {
            call.client().push(confirmations.toByteArray(), () -> true);
        }
    }

    private static void confirm(ReplyWriter reply, String what, byte @Nullable [] name, int count) {
        reply.push(3);
        reply.bulk(what);
        reply.bulkOrNull(name);
        reply.integer(count);
    }

    // ---- PUBSUB ----

    private void names(Call call, Kind kind) {
        if (call.count() > 3) {
            throw new CommandException("ERR unknown subcommand or wrong number of arguments for '"
                    + Ascii.string(call.argument(1)) + "'. Try PUBSUB HELP.");
        }
        List<byte[]> names = parts.broker().names(kind);
        if (call.count() == 3) {
            names = names.stream()
                    .filter(name -> Glob.matches(call.argument(2), name))
                    .toList();
        }
        call.reply().array(names.size());
        names.forEach(call.reply()::bulk);
    }

    private void counts(Call call, Kind kind) {
        call.reply().array(2 * (call.count() - 2));
        for (int i = 2; i < call.count(); i++) {
            call.reply().bulk(call.argument(i));
            call.reply().integer(parts.broker().subscribers(kind, call.argument(i)));
        }
    }
}
