package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.config.Config;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** ACL, as far as there is something to tell with the one user "default", who may do everything. */
final class AclCommands {
    private static final String ACL = "acl";
    private static final int DEFAULT_PASSWORD_BITS = 256;
    private static final int MOST_PASSWORD_BITS = 4096;

    private final NodeParts parts;
    private final SecureRandom random = new SecureRandom();

    AclCommands(NodeParts parts) {
        this.parts = parts;
    }

    List<CommandSpec> commands() {
        return List.of(command(ACL, -2)
                .subcommands(
                        sub("cat", -2).runs(this::categories),
                        sub("genpass", -2).runs(this::generatePassword),
                        sub("getuser", 3).flags(Flag.ADMIN).runs(this::user),
                        help(),
                        sub("list", 2).flags(Flag.ADMIN).runs(this::list),
                        sub("users", 2).flags(Flag.ADMIN).runs(AclCommands::users),
                        sub("whoami", 2)
                                .runs(call -> call.reply().bulk(call.client().user())))
                .container());
    }

    private static CommandSpec sub(String name, int arity) {
        return CommandSpec.subcommand(ACL, name, arity).flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE);
    }

    private static CommandSpec help() {
        return Help.of(
                ACL,
                new Category[0],
                "CAT [<category>]",
                "List the categories, or the commands of one.",
                "GENPASS [<bits>]",
                "Make a password of random hexadecimal digits.",
                "GETUSER <name>",
                "Describe a user.",
                "LIST",
                "Describe the users in the form of the configuration file.",
                "USERS",
                "List the names of the users.",
                "WHOAMI",
                "Tell the name of this connection's user.");
    }

    private void categories(Call call) {
        if (call.count() > 3) {
            throw wrongForm(call);
        }
        List<String> names = new ArrayList<>();
        if (call.count() == 2) {
            for (Category category : Category.values()) {
                names.add(category.redisName());
            }
        } else {
            Category wanted = category(call.argument(2));
            for (CommandSpec spec : parts.node().get().commands().all()) {
                if (spec.categories().contains(wanted)) {
                    names.add(spec.fullName());
                }
            }
        }
        call.reply().array(names.size());
        names.forEach(call.reply()::bulk);
    }

    private static Category category(byte[] word) {
        String name = Ascii.string(word).toLowerCase(Locale.ROOT);
        for (Category category : Category.values()) {
            if (category.redisName().equals(name)) {
                return category;
            }
        }
        String shown = Ascii.string(word);
        throw new CommandException("ERR Unknown category '" + shown.substring(0, Math.min(128, shown.length())) + "'");
    }

    private void generatePassword(Call call) {
        if (call.count() > 3) {
            throw wrongForm(call);
        }
        long bits = call.count() == 3 ? call.longArgument(2) : DEFAULT_PASSWORD_BITS;
        if (bits <= 0 || bits > MOST_PASSWORD_BITS) {
            throw new CommandException("ERR ACL GENPASS argument must be the number of bits for the output password,"
                    + " a positive number up to " + MOST_PASSWORD_BITS);
        }
        int digits = (int) (bits + 3) / 4;
        byte[] bytes = new byte[(digits + 1) / 2];
        random.nextBytes(bytes);
        call.reply().bulk(HexFormat.of().formatHex(bytes).substring(0, digits));
    }

    private static CommandException wrongForm(Call call) {
        return new CommandException("ERR unknown subcommand or wrong number of arguments for '"
                + Ascii.string(call.argument(1)) + "'. Try ACL HELP.");
    }

    private static void users(Call call) {
        call.reply().array(1);
        call.reply().bulk(Authentication.DEFAULT_USER);
    }

    private void list(Call call) {
        String password = password();
        call.reply().array(1);
        call.reply()
                .bulk("user " + Authentication.DEFAULT_USER + " on "
                        + (password.isEmpty() ? "nopass sanitize-payload" : "sanitize-payload #" + sha256(password))
                        + " ~* &* +@all");
    }

    private void user(Call call) {
        ReplyWriter reply = call.reply();
        if (!Ascii.string(call.argument(2)).equals(Authentication.DEFAULT_USER)) {
            reply.nullBulk();
            return;
        }
        String password = password();
        reply.map(6);
        reply.bulk("flags");
        reply.set(password.isEmpty() ? 3 : 2);
        reply.bulk("on");
        if (password.isEmpty()) {
            reply.bulk("nopass");
        }
        reply.bulk("sanitize-payload");
        reply.bulk("passwords");
        reply.array(password.isEmpty() ? 0 : 1);
        if (!password.isEmpty()) {
            reply.bulk(sha256(password));
        }
        field(reply, "commands", "+@all");
        field(reply, "keys", "~*");
        field(reply, "channels", "&*");
        reply.bulk("selectors");
        reply.array(0);
    }

    private static void field(ReplyWriter reply, String name, String value) {
        reply.bulk(name);
        reply.bulk(value);
    }

    private String password() {
        return parts.config().get(Config.REQUIRE_PASS);
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
