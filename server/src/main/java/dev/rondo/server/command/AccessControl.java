package dev.rondo.server.command;

import dev.rondo.server.config.Config;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.security.AccessLog;
import dev.rondo.server.security.Account;
import dev.rondo.server.security.AclRules;
import dev.rondo.server.security.CommandCatalog;
import dev.rondo.server.security.CommandFacts;
import dev.rondo.server.security.Denial;
import dev.rondo.server.security.User;
import dev.rondo.server.security.Users;
import org.jspecify.annotations.Nullable;

/**
 * The gate of permissions: who a client is, and whether its user may run a request. What is refused is logged. A user
 * who may do everything, as "default" does at first, costs two reads and no more. Thread-safe.
 */
public final class AccessControl {
    private static final String WRONG_PASS = "WRONGPASS invalid username-password pair or user is disabled.";

    private final Users users;
    private final CommandCatalog catalog;
    private final AclRules rules;
    private final AccessLog log;

    public AccessControl(Users users, CommandTable table, Config config) {
        this.users = users;
        this.catalog = KeyAccesses.catalog(table);
        this.rules = new AclRules(
                catalog, () -> config.get(Config.ACL_PUBSUB_DEFAULT).equals("allchannels"));
        this.log = new AccessLog(() -> config.get(Config.ACL_LOG_MAX_LEN));
    }

    public Users users() {
        return users;
    }

    public AclRules rules() {
        return rules;
    }

    public AccessLog log() {
        return log;
    }

    // ---- login ----

    /** Makes a client what it is before it logs in. */
    void logOut(Client client) {
        client.account(users.defaultAccount());
        client.authenticated(!users.isLoginNeeded());
    }

    /**
     * Logs the client of a call in.
     *
     * @throws CommandException WRONGPASS; the client stays what it was
     */
    void logIn(Call call, byte[] name, byte[] password) {
        Client client = call.client();
        Account account = users.find(Ascii.string(name));
        if (account == null || !account.user().admits(password)) {
            log.add(
                    Denial.Reason.AUTH,
                    context(client),
                    call.argument(0),
                    Ascii.string(name),
                    ClientLine.of(client, call.nowMs()),
                    call.nowMs());
            throw new CommandException(WRONG_PASS);
        }
        client.account(account);
        if (account.isDeleted()) { // at this very moment, so that nobody will disconnect the client
            logOut(client);
            throw new CommandException(WRONG_PASS);
        }
        client.authenticated(true);
    }

    // ---- permissions ----

    /** Whether a user may run a request: the command, its keys and its channels. Nothing is logged. */
    public boolean mayRun(User user, CommandSpec spec, byte[][] arguments) {
        return denial(user, spec, arguments) == null;
    }

    /** As {@link #mayRun}: why not; null when it may. */
    @Nullable Denial denial(User user, CommandSpec spec, byte[][] arguments) {
        return user.isUnrestricted() ? null : user.check(catalog.of(spec.id()), arguments);
    }

    /** Whether a user may run a request that reads keys which its arguments don't name (SORT with BY or GET). */
    boolean mayReadAnyKeyWith(User user, CommandSpec spec, byte[][] arguments) {
        return user.mayReadAnyKeyWith(catalog.of(spec.id()), arguments);
    }

    CommandFacts facts(CommandSpec spec) {
        return catalog.of(spec.id());
    }

    /** The error for a client that may not run its request, logged; null when it may. */
    @Nullable String refusal(Client client, CommandSpec spec, byte[][] arguments, long nowMs) {
        User user = client.user();
        boolean forbiddenAnyway = client.isInTransaction() && spec.is(Flag.NO_MULTI);
        Denial denial = forbiddenAnyway ? null : denial(user, spec, arguments);
        if (denial == null) {
            return null;
        }
        note(client, user, denial, context(client), spec, arguments, nowMs);
        return "NOPERM " + denial.sentence(user, facts(spec));
    }

    /** As {@link #refusal}, for a command that was queued in MULTI and is to run now. */
    @Nullable String refusalAtExec(Client client, CommandSpec spec, byte[][] arguments, long nowMs) {
        User user = client.user();
        Denial denial = denial(user, spec, arguments);
        if (denial == null) {
            return null;
        }
        note(client, user, denial, AccessLog.Context.MULTI, spec, arguments, nowMs);
        return "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This"
                + " command is no longer allowed for the following reason: "
                + denial.reason().atExec();
    }

    /** As {@link #refusal}, for a command that a script calls; without a code in front. */
    @Nullable String refusalInScript(Client client, CommandSpec spec, byte[][] arguments, long nowMs) {
        User user = client.user();
        Denial denial = denial(user, spec, arguments);
        if (denial == null) {
            return null;
        }
        note(client, user, denial, AccessLog.Context.SCRIPT, spec, arguments, nowMs);
        return "ACL failure in script: " + denial.sentence(user, facts(spec));
    }

    private static AccessLog.Context context(Client client) {
        return client.isInTransaction() ? AccessLog.Context.MULTI : AccessLog.Context.TOPLEVEL;
    }

    private void note(
            Client client,
            User user,
            Denial denial,
            AccessLog.Context context,
            CommandSpec spec,
            byte[][] arguments,
            long nowMs) {
        byte[] object =
                denial.reason() == Denial.Reason.COMMAND ? Ascii.bytes(spec.fullName()) : arguments[denial.at()];
        log.add(denial.reason(), context, object, user.name(), ClientLine.of(client, nowMs), nowMs);
    }
}
