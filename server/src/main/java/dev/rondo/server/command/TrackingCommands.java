package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The subcommands of CLIENT for clients that cache: TRACKING, CACHING, GETREDIR and TRACKINGINFO. */
final class TrackingCommands {
    /** The prefixes that one client may listen to. */
    private static final int MOST_PREFIXES = 1024;

    private static final byte[] EVERY_KEY = {};

    private final NodeParts parts;
    private final Broadcast broadcast;

    TrackingCommands(NodeParts parts) {
        this.parts = parts;
        this.broadcast = new Broadcast(() -> parts.node().get().databases().tracking(), parts.timer());
    }

    CommandSpec[] subcommands() {
        return new CommandSpec[] {
            ClientCommands.own("caching", 3).runs(TrackingCommands::caching),
            ClientCommands.own("getredir", 2).runs(TrackingCommands::getRedirection),
            ClientCommands.own("tracking", -3).runs(this::tracking),
            ClientCommands.own("trackinginfo", 2).runs(TrackingCommands::info)
        };
    }

    private static @Nullable TrackingOptions optionsOf(Client client) {
        return client.tracking() == null ? null : client.tracking().options();
    }

    private static Collection<byte[]> prefixesOf(Client client) {
        return client.tracking() == null ? List.of() : client.tracking().prefixes();
    }

    // ---- TRACKING ----

    private void tracking(Call call) {
        Client client = call.client();
        List<byte[]> prefixes = new ArrayList<>();
        TrackingOptions options = parse(call, prefixes);
        if (Arguments.is(call.argument(2), "on")) {
            check(client, options, prefixes);
            start(client, options, prefixes);
        } else if (Arguments.is(call.argument(2), "off")) {
            client.endTracking();
        } else {
            throw CommandException.syntax();
        }
        call.reply().ok();
    }

    private TrackingOptions parse(Call call, List<byte[]> prefixes) {
        long redirect = 0;
        boolean broadcast = false;
        boolean optIn = false;
        boolean optOut = false;
        boolean noLoop = false;
        for (int i = 3; i < call.count(); i++) {
            byte[] word = call.argument(i);
            boolean more = i + 1 < call.count();
            if (Arguments.is(word, "redirect") && more) {
                if (redirect != 0) {
                    throw new CommandException("ERR A client can only redirect to a single other client");
                }
                redirect = call.longArgument(++i);
                if (parts.node().get().clients().find(redirect) == null) {
                    throw new CommandException("ERR The client ID you want redirect to does not exist");
                }
            } else if (Arguments.is(word, "bcast")) {
                broadcast = true;
            } else if (Arguments.is(word, "optin")) {
                optIn = true;
            } else if (Arguments.is(word, "optout")) {
                optOut = true;
            } else if (Arguments.is(word, "noloop")) {
                noLoop = true;
            } else if (Arguments.is(word, "prefix") && more) {
                prefixes.add(call.argument(++i));
            } else {
                throw CommandException.syntax();
            }
        }
        return new TrackingOptions(redirect, broadcast, optIn, optOut, noLoop);
    }

    private static void check(Client client, TrackingOptions options, List<byte[]> prefixes) {
        TrackingOptions present = optionsOf(client);
        if (!options.broadcast() && !prefixes.isEmpty()) {
            throw new CommandException("ERR PREFIX option requires BCAST mode to be enabled");
        }
        if (present != null && present.broadcast() != options.broadcast()) {
            throw new CommandException("ERR You can't switch BCAST mode on/off before disabling tracking for this"
                    + " client, and then re-enabling it with a different mode.");
        }
        if (options.broadcast() && (options.optIn() || options.optOut())) {
            throw new CommandException("ERR OPTIN and OPTOUT are not compatible with BCAST");
        }
        if (options.optIn() && options.optOut()) {
            throw new CommandException("ERR You can't specify both OPTIN mode and OPTOUT mode");
        }
        if (present != null && (options.optIn() && present.optOut() || options.optOut() && present.optIn())) {
            throw new CommandException("ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this"
                    + " client, and then re-enabling it with a different mode.");
        }
        if (options.broadcast()) {
            checkPrefixes(prefixesOf(client), prefixes);
        }
    }

    /** No key may begin with two of a client's prefixes: it would be told twice. */
    private static void checkPrefixes(Collection<byte[]> present, List<byte[]> wanted) {
        if (present.size() + wanted.size() > MOST_PREFIXES) {
            throw new CommandException("ERR A client can't track more than " + MOST_PREFIXES + " prefixes");
        }
        for (int i = 0; i < wanted.size(); i++) {
            for (byte[] other : present) {
                checkOverlap(wanted.get(i), "an existing", other);
            }
            for (byte[] other : wanted.subList(i + 1, wanted.size())) {
                checkOverlap(wanted.get(i), "another provided", other);
            }
        }
    }

    private static void checkOverlap(byte[] prefix, String which, byte[] other) {
        int common = Math.min(prefix.length, other.length);
        if (Arrays.equals(prefix, 0, common, other, 0, common)) {
            throw new CommandException("ERR Prefix '" + Ascii.cString(prefix) + "' overlaps with " + which + " prefix '"
                    + Ascii.cString(other) + "'. Prefixes for a single client must not overlap.");
        }
    }

    private void start(Client client, TrackingOptions options, List<byte[]> prefixes) {
        Node node = parts.node().get();
        ClientTracking tracking = client.tracking();
        if (tracking == null) {
            tracking =
                    new ClientTracking(client, node.clients(), node.databases().tracking(), broadcast);
            client.tracking(tracking);
        }
        tracking.start(options);
        if (options.broadcast()) {
            List<byte[]> wanted = prefixes.isEmpty() ? List.of(EVERY_KEY) : prefixes;
            wanted.forEach(tracking::listen);
        }
    }

    // ---- the others ----

    private static void caching(Call call) {
        ClientTracking tracking = call.client().tracking();
        TrackingOptions options = tracking == null ? null : tracking.options();
        if (tracking == null || options == null) {
            throw new CommandException("ERR CLIENT CACHING can be called only when the client is in tracking mode with"
                    + " OPTIN or OPTOUT mode enabled");
        }
        boolean yes = Arguments.is(call.argument(2), "yes");
        if (!yes && !Arguments.is(call.argument(2), "no")) {
            throw CommandException.syntax();
        }
        if (yes && !options.optIn()) {
            throw new CommandException("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
        }
        if (!yes && !options.optOut()) {
            throw new CommandException("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
        }
        tracking.giveCaching();
        call.reply().ok();
    }

    private static void getRedirection(Call call) {
        TrackingOptions options = optionsOf(call.client());
        call.reply().integer(options == null ? -1 : options.redirect());
    }

    private static void info(Call call) {
        Client client = call.client();
        TrackingOptions options = optionsOf(client);
        ReplyWriter reply = call.reply();
        reply.map(3);
        reply.bulk("flags");
        List<String> flags = flags(client.tracking(), options);
        reply.set(flags.size());
        flags.forEach(reply::bulk);
        reply.bulk("redirect");
        reply.integer(options == null ? -1 : options.redirect());
        reply.bulk("prefixes");
        reply.array(prefixesOf(client).size());
        prefixesOf(client).forEach(reply::bulk);
    }

    private static List<String> flags(@Nullable ClientTracking tracking, @Nullable TrackingOptions options) {
        if (tracking == null || options == null) {
            return List.of("off");
        }
        List<String> flags = new ArrayList<>(List.of("on"));
        add(flags, options.broadcast(), "bcast");
        add(flags, options.optIn(), "optin");
        add(flags, options.optIn() && tracking.isCachingGiven(), "caching-yes");
        add(flags, options.optOut(), "optout");
        add(flags, options.optOut() && tracking.isCachingGiven(), "caching-no");
        add(flags, options.noLoop(), "noloop");
        add(flags, tracking.isRedirectionBroken(), "broken_redirect");
        return flags;
    }

    private static void add(List<String> flags, boolean isSet, String flag) {
        if (isSet) {
            flags.add(flag);
        }
    }
}
