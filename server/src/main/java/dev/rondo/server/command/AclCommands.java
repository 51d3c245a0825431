package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.security.Account;
import dev.rondo.server.security.Denial;
import dev.rondo.server.security.RuleException;
import dev.rondo.server.security.User;
import dev.rondo.server.security.Users;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** ACL and its subcommands, but for the log ({@link AclLog}) and the file ({@link AclFileCommands}). */
final class AclCommands {
    static final String ACL = "acl";
    private static final int DEFAULT_PASSWORD_BITS = 256;
    private static final int MOST_PASSWORD_BITS = 4096;

    private final NodeParts parts;
    private final SecureRandom random = new SecureRandom();

    AclCommands(NodeParts parts) {
        this.parts = parts;
    }

    List<CommandSpec> commands() {
        AclFileCommands file = new AclFileCommands(parts);
        return List.of(command(ACL, -2)
                .subcommands(
                        sub("cat", -2).runs(this::categories),
                        forAllNodes("deluser", -3).runs(this::deleteUsers),
                        admin("dryrun", -4).runs(this::dryRun),
                        sub("genpass", -2).runs(this::generatePassword),
                        admin("getuser", 3).runs(this::user),
                        help(),
                        admin("list", 2).runs(this::list),
                        admin("load", 2).runs(file::load),
                        admin("log", -2).runs(call -> AclLog.run(call, access().log())),
                        forAllNodes("save", 2).runs(file::save),
                        forAllNodes("setuser", -3).runs(this::setUser),
                        admin("users", 2).runs(this::users),
                        sub("whoami", 2).runs(call -> call.reply()
                                .bulk(call.client().account().name())))
                .container());
    }

    private static CommandSpec sub(String name, int arity) {
        return CommandSpec.subcommand(ACL, name, arity).flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE);
    }

    private static CommandSpec admin(String name, int arity) {
        return sub(name, arity).flags(Flag.ADMIN);
    }

    private static CommandSpec forAllNodes(String name, int arity) {
        return admin(name, arity).tips("request_policy:all_nodes", "response_policy:all_succeeded");
    }

    private static CommandSpec help() {
        return Help.of(
                ACL,
                new Category[0],
                "CAT [<category>]",
                "List the categories, or the commands of one.",
                "DELUSER <name> [<name> ...]",
                "Remove users, and disconnect their clients.",
                "DRYRUN <name> <command> [<arg> ...]",
                "Tell whether a user may run a command, without running it.",
                "GENPASS [<bits>]",
                "Make a password of random hexadecimal digits.",
                "GETUSER <name>",
                "Describe a user.",
                "LIST",
                "Describe the users in the form of the configuration file.",
                "LOAD",
                "Replace all users by those of the file.",
                "LOG [<count> | RESET]",
                "Show what was refused last, or forget it.",
                "SAVE",
                "Write the users to the file.",
                "SETUSER <name> [<rule> ...]",
                "Add a user, or apply rules to one.",
                "USERS",
                "List the names of the users.",
                "WHOAMI",
                "Tell the name of this connection's user.");
    }

    private AccessControl access() {
        return parts.node().get().access();
    }

    static CommandException wrongForm(Call call) {
        String word = Ascii.cString(call.argument(1));
        return new CommandException("ERR unknown subcommand or wrong number of arguments for '"
                + word.substring(0, Math.min(128, word.length())) + "'. Try ACL HELP.");
    }

    // ---- categories and passwords ----

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
        String name = Ascii.cString(word).toLowerCase(Locale.ROOT);
        for (Category category : Category.values()) {
            if (category.redisName().equals(name)) {
                return category;
            }
        }
        String shown = Ascii.cString(word);
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

    // ---- users ----

    private void users(Call call) {
        List<User> users = access().users().all();
        call.reply().array(users.size());
        users.forEach(user -> call.reply().bulk(user.name()));
    }

    private void list(Call call) {
        List<User> users = access().users().all();
        call.reply().array(users.size());
        users.forEach(user -> call.reply().bulk(user.toString()));
    }

    private @Nullable User find(byte[] name) {
        Account account = access().users().find(Ascii.string(name));
        return account == null ? null : account.user();
    }

    private void user(Call call) {
        ReplyWriter reply = call.reply();
        User user = find(call.argument(2));
        if (user == null) {
            reply.nullBulk();
            return;
        }
        List<User.Permissions> permissions = user.permissions();
        reply.map(6);
        reply.bulk("flags");
        reply.set(user.flags().size());
        user.flags().forEach(reply::bulk);
        reply.bulk("passwords");
        reply.array(user.passwordHashes().size());
        user.passwordHashes().forEach(reply::bulk);
        fields(reply, permissions.get(0));
        reply.bulk("selectors");
        reply.array(permissions.size() - 1);
        permissions.stream().skip(1).forEach(selector -> {
            reply.map(3);
            fields(reply, selector);
        });
    }

    private static void fields(ReplyWriter reply, User.Permissions permissions) {
        reply.bulk("commands");
        reply.bulk(permissions.commands());
        reply.bulk("keys");
        reply.bulk(permissions.keys());
        reply.bulk("channels");
        reply.bulk(permissions.channels());
    }

    private void setUser(Call call) {
        byte[] name = call.argument(2);
        if (!Users.isName(name)) {
            throw new CommandException("ERR Usernames can't contain spaces or null characters");
        }
        List<byte[]> changes = Arrays.asList(call.arguments()).subList(3, call.count());
        try {
            Users.Revocation revocation = access().users().set(Ascii.string(name), changes, access().rules());
            parts.node().get().clients().enforce(revocation);
        } catch (RuleException e) {
            throw new CommandException("ERR " + e.getMessage());
        }
        call.reply().ok();
    }

    private void deleteUsers(Call call) {
        for (int i = 2; i < call.count(); i++) {
            if (Ascii.cString(call.argument(i)).equals(User.DEFAULT_NAME)) {
                throw new CommandException("ERR The 'default' user cannot be removed");
            }
        }
        List<Account> removed = new ArrayList<>();
        for (int i = 2; i < call.count(); i++) {
            Account account = access().users().remove(Ascii.string(call.argument(i)));
            if (account != null) {
                removed.add(account);
            }
        }
        parts.node().get().clients().disconnect(removed, call.client());
        Clients.closeIfDeleted(call.client());
        call.reply().integer(removed.size());
    }

    private void dryRun(Call call) {
        User user = find(call.argument(2));
        if (user == null) {
            throw new CommandException("ERR User '" + Ascii.cString(call.argument(2)) + "' not found");
        }
        byte[][] arguments = Arrays.copyOfRange(call.arguments(), 3, call.count());
        CommandSpec spec = parts.node().get().commands().named(arguments);
        if (spec == null) {
            throw new CommandException("ERR Command '" + Ascii.cString(arguments[0]) + "' not found");
        }
        if (!spec.acceptsArity(arguments.length)) {
            throw CommandException.wrongArity(spec.fullName());
        }
        Denial denial = access().denial(user, spec, arguments);
        if (denial == null) {
            call.reply().ok();
        } else {
            call.reply().bulk(denial.detailedSentence(user, access().facts(spec), arguments));
        }
    }
}
