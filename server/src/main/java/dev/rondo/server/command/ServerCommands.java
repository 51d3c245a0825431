package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.stats.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node as a whole: INFO, LOLWUT, SHUTDOWN and TIME. */
final class ServerCommands {
    private static final Logger log = LoggerFactory.getLogger(ServerCommands.class);
    private static final Set<String> SHUTDOWN_OPTIONS = Set.of("nosave", "save", "now", "force", "abort");

    private final NodeParts parts;

    ServerCommands(NodeParts parts) {
        this.parts = parts;
    }

    List<CommandSpec> commands() {
        return List.of(
                command("info", -1)
                        .flags(Flag.LOADING, Flag.STALE)
                        .acl(Category.DANGEROUS)
                        .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
                        .runs(this::info),
                command("lolwut", -1).flags(Flag.READONLY, Flag.FAST).runs(this::lolwut),
                command("shutdown", -1)
                        .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE, Flag.NO_MULTI, Flag.ALLOW_BUSY)
                        .runs(this::shutdown),
                command("time", 1)
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .tips("nondeterministic_output")
                        .runs(this::time));
    }

    private void info(Call call) {
        List<String> sections = new ArrayList<>();
        for (int i = 1; i < call.count(); i++) {
            sections.add(Ascii.string(call.argument(i)).toLowerCase(Locale.ROOT));
        }
        call.reply().verbatim("txt", Ascii.bytes(parts.info().text(sections)));
    }

    private void time(Call call) {
        long micros = parts.node().get().clock().nowMicros();
        call.reply().array(2);
        call.reply().bulkLong(micros / 1_000_000);
        call.reply().bulkLong(micros % 1_000_000);
    }

    /** VERSION n chooses the number of nodes in the picture. */
    private void lolwut(Call call) {
        int nodes = 3;
        if (call.count() >= 3 && Arguments.is(call.argument(1), "version")) {
            nodes = (int) Math.max(1, Math.min(Ring.mostNodes(), call.longArgument(2)));
        }
        String text = Ring.draw(nodes) + "\nRondo ver. " + Version.rondo() + " (Redis ver. " + Version.REDIS + ")\n";
        call.reply().verbatim("txt", Ascii.bytes(text));
    }

    /**
     * There is no answer when it works: the connection ends. A cluster node hands over first what it serves; NOW spares
     * it that, also when it has begun.
     */
    private void shutdown(Call call) {
        Set<String> words = new HashSet<>();
        for (int i = 1; i < call.count(); i++) {
            words.add(Ascii.string(call.argument(i)).toLowerCase(Locale.ROOT));
        }
        boolean illegal = words.contains("abort") && words.size() > 1
                || words.contains("save") && words.contains("nosave")
                || !SHUTDOWN_OPTIONS.containsAll(words);
        if (illegal) {
            throw CommandException.syntax();
        }
        if (words.contains("abort")) {
            throw new CommandException("ERR No shutdown in progress.");
        }
        if (words.contains("save") && !words.contains("force")) {
            log.error("SHUTDOWN SAVE refused: nothing is kept on disk");
            throw new CommandException("ERR Errors trying to SHUTDOWN. Check logs.");
        }
        log.info("SHUTDOWN asked for by {}", call.client().connection().remoteAddress());
        call.client().connection().suspend();
        (words.contains("now") ? parts.stopNow() : parts.stop()).run();
    }
}
