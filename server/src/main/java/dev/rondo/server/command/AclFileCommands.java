package dev.rondo.server.command;

import dev.rondo.server.config.Config;
import dev.rondo.server.net.Connection;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.security.AclFile;
import dev.rondo.server.security.RuleException;
import dev.rondo.server.security.Users;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ACL LOAD and ACL SAVE. A thread of its own waits for the disk, and the reply for it; only in a transaction, whose
 * replies come at once, the event loop does.
 */
final class AclFileCommands {
    private static final Logger log = LoggerFactory.getLogger(AclFileCommands.class);

    private final NodeParts parts;

    AclFileCommands(NodeParts parts) {
        this.parts = parts;
    }

    void load(Call call) {
        AclFile file = file();
        Client caller = call.client();
        answer(call, "acl-load", () -> load(file, caller));
    }

    void save(Call call) {
        AclFile file = file();
        answer(call, "acl-save", () -> save(file));
    }

    private AclFile file() {
        String name = parts.config().get(Config.ACL_FILE);
        if (name.isEmpty()) {
            throw new CommandException("ERR This Redis instance is not configured to use an ACL file. You may want to"
                    + " specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a"
                    + " Redis configuration file set) in order to store users in the Redis configuration.");
        }
        return new AclFile(Path.of(parts.config().get(Config.DIR)), name);
    }

    /** Has {@code work} done, which returns an error or null. */
    private static void answer(Call call, String threadName, Supplier<@Nullable String> work) {
        Client client = call.client();
        if (client.isInTransaction()) {
            answer(call.reply(), work.get());
            Clients.closeIfDeleted(client);
            return;
        }
        Connection connection = client.connection();
        connection.suspend();
        Thread worker = new Thread(
                () -> {
                    String error = work.get();
                    connection.resume(reply -> {
                        answer(reply, error);
                        Clients.closeIfDeleted(client);
                    });
                },
                threadName);
        worker.setDaemon(true);
        worker.start();
    }

    private static void answer(ReplyWriter reply, @Nullable String error) {
        if (error == null) {
            reply.ok();
        } else {
            reply.error("ERR " + error);
        }
    }

    private synchronized @Nullable String load(AclFile file, Client caller) {
        Node node = parts.node().get();
        try {
            Users.Replacement replacement =
                    node.access().users().replaceAll(file.load(node.access().rules()));
            node.clients().enforce(replacement.ofDefault());
            node.clients().disconnect(replacement.removed(), caller);
            return null;
        } catch (RuleException e) {
            return e.getMessage();
        }
    }

    private synchronized @Nullable String save(AclFile file) {
        try {
            file.save(parts.node().get().access().users().all());
            return null;
        } catch (IOException e) {
            log.error("Writing the file of users failed", e);
            return "There was an error trying to save the ACLs. Please check the server logs for more information";
        }
    }
}
