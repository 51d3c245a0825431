package dev.rondo.server.security;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The users of a node, by name. "default" is always among them: who has not logged in is this one. Thread-safe; what
 * changes a user replaces it as a whole, so that no request meets it half changed.
 */
public final class Users {
    private final NavigableMap<String, Account> byName = new ConcurrentSkipListMap<>();
    private final Account defaultAccount = new Account(User.initialDefault());

    public Users() {
        byName.put(User.DEFAULT_NAME, defaultAccount);
    }

    /** The account of that name, null when there is none. */
    public @Nullable Account find(String name) {
        return byName.get(name);
    }

    /** The account of everybody who has not logged in to another. */
    public Account defaultAccount() {
        return defaultAccount;
    }

    /** All users, in the order of the bytes of their names. */
    public List<User> all() {
        return byName.values().stream().map(Account::user).toList();
    }

    /** Whether who connects must log in before anything else. */
    public boolean isLoginNeeded() {
        User user = defaultAccount.user();
        return !user.needsNoPassword() || !user.isEnabled();
    }

    /** Gives "default" one password, or lets everybody in where that is empty (requirepass). */
    public synchronized void defaultPassword(byte[] password) {
        UserRules rules = defaultAccount.user().rules();
        rules.password(password);
        defaultAccount.user(new User(rules));
    }

    /** Clients that listen to channels are to be held to those that are left to them. */
    public record Revocation(Account account, Set<GlobPattern> channels) {
        /** Whether a client may go on listening to this channel or pattern. */
        public boolean allows(byte[] name, boolean isPattern) {
            return Selector.allowsChannel(channels, name, isPattern);
        }
    }

    /**
     * Applies rules to a user, who is new if there is none of that name.
     *
     * @return the channels that were taken away, null when none were
     * @throws RuleException when a rule can't be followed; then nothing has changed
     */
    public synchronized @Nullable Revocation set(String name, List<byte[]> changes, AclRules rules)
            throws RuleException {
        Account present = byName.get(name);
        User before = present == null ? rules.newUser(name) : present.user();
        User after = rules.changed(before, changes);
        if (present == null) {
            byName.put(name, new Account(after));
            return null;
        }
        return replace(present, after);
    }

    private static @Nullable Revocation replace(Account account, User after) {
        Set<GlobPattern> left = after.channelsLeftAfter(account.user());
        account.user(after);
        return left == null ? null : new Revocation(account, left);
    }

    /** Removes a user, whose clients are to be disconnected; null when there is none of that name. */
    public synchronized @Nullable Account remove(String name) {
        Account removed = byName.remove(name);
        if (removed != null) {
            removed.delete();
        }
        return removed;
    }

    /** What {@link #replaceAll} leaves to do: disconnect clients of some accounts, hold others to their channels. */
    public record Replacement(Collection<Account> removed, @Nullable Revocation ofDefault) {}

    /**
     * Puts users in the place of all present ones. Only "default" keeps its account; if it is not among the new ones,
     * it is as in the beginning.
     */
    public synchronized Replacement replaceAll(Collection<User> users) {
        List<Account> removed = new ArrayList<>(byName.values());
        removed.remove(defaultAccount);
        removed.forEach(account -> {
            byName.remove(account.name());
            account.delete();
        });
        User newDefault = User.initialDefault();
        for (User user : users) {
            if (user.name().equals(User.DEFAULT_NAME)) {
                newDefault = user;
            } else {
                byName.put(user.name(), new Account(user));
            }
        }
        return new Replacement(removed, replace(defaultAccount, newDefault));
    }

    /** Whether a user may have that name: it must be one word in a file of users. */
    public static boolean isName(byte[] name) {
        return !SelectorRules.hasBlanks(Ascii.string(name));
    }
}
